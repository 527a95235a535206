// Signs one call of the hub. VXP_SECRET in the environment, arguments SYSTEM_ID TIMESTAMP CONTENT_TYPE,
// key=value lines on standard input.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

public static class Sign
{
    const string Prefix = "XroadVnpt-";

    /// <summary>Returns all header lines; parameters are in the order to be signed.</summary>
    public static List<KeyValuePair<string, string>> SignedHeaders(
        string secret, string systemId, string timestamp, string contentType,
        IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var pairs = new List<KeyValuePair<string, string>> { new("systemid", systemId) };
        pairs.AddRange(parameters);
        pairs.Add(new("timestamp", timestamp));
        pairs.Add(new("Content-Type", contentType));
        var signHeader = "{" + string.Join(",", pairs.Select(p => Text(Prefix + p.Key) + ":" + Text(p.Value))) + "}";
        using var mac = new HMACSHA256(Encoding.UTF8.GetBytes(secret));
        var headers = new List<KeyValuePair<string, string>> { new("Content-Type", contentType) };
        headers.AddRange(pairs.Select(p => new KeyValuePair<string, string>(Prefix + p.Key, p.Value)));
        headers.Add(new(Prefix + "sign-header-key", string.Join(";", pairs.Select(p => p.Key))));
        headers.Add(new(Prefix + "sign-header", signHeader));
        headers.Add(new(Prefix + "hash-header", Hex(mac.ComputeHash(Encoding.UTF8.GetBytes(signHeader)))));
        headers.Add(new(Prefix + "version", "3.0.201608"));
        return headers;
    }

    public static string HashFile(string path) => Hex(SHA256.HashData(File.ReadAllBytes(path)));

    static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    // System.Text.Json escapes more than the protocol's own clients do, so the text is written by hand.
    static string Text(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (var sign in value)
        {
            switch (sign)
            {
                case '"': quoted.Append("\\\""); break;
                case '\\': quoted.Append("\\\\"); break;
                case '\b': quoted.Append("\\b"); break;
                case '\f': quoted.Append("\\f"); break;
                case '\t': quoted.Append("\\t"); break;
                case < '\u0020' or '\u2028' or '\u2029': quoted.Append($"\\u{(int)sign:x4}"); break;
                default: quoted.Append(sign); break;
            }
        }
        return quoted.Append('"').ToString();
    }

    public static void Main(string[] arguments)
    {
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        var given = new List<KeyValuePair<string, string>>();
        foreach (var line in input.ReadToEnd().Split('\n').Where(line => line.Length > 0))
        {
            var key = line[..line.IndexOf('=')];
            var value = line[(key.Length + 1)..];
            given.Add(new(key, key == "hash-file" && value.StartsWith('@') ? HashFile(value[1..]) : value));
        }
        var secret = Environment.GetEnvironmentVariable("VXP_SECRET") ?? "";
        var headers = SignedHeaders(secret, arguments[0], arguments[1], arguments[2], given);
        using var output = Console.OpenStandardOutput();
        foreach (var header in headers)
        {
            var line = Encoding.UTF8.GetBytes($"{header.Key}: {header.Value}\n");
            output.Write(line, 0, line.Length);
        }
    }
}
