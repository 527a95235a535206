// Signs one call of the hub. VXP_SECRET in the environment, arguments SYSTEM_ID TIMESTAMP CONTENT_TYPE,
// key=value lines on standard input. Works with the .NET Framework from 4.6 on, Mono, and every later .NET.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

public static class Sign
{
    const string Prefix = "XroadVnpt-";

    static KeyValuePair<string, string> Pair(string key, string value)
    {
        return new KeyValuePair<string, string>(key, value);
    }

    /// <summary>Returns all header lines; parameters are in the order to be signed.</summary>
    public static List<KeyValuePair<string, string>> SignedHeaders(
        string secret, string systemId, string timestamp, string contentType,
        IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var pairs = new List<KeyValuePair<string, string>> { Pair("systemid", systemId) };
        pairs.AddRange(parameters);
        pairs.Add(Pair("timestamp", timestamp));
        pairs.Add(Pair("Content-Type", contentType));
        var signHeader = "{" + string.Join(",", pairs.Select(p => Text(Prefix + p.Key) + ":" + Text(p.Value))) + "}";
        using (var mac = new HMACSHA256(Encoding.UTF8.GetBytes(secret)))
        {
            var headers = new List<KeyValuePair<string, string>> { Pair("Content-Type", contentType) };
            headers.AddRange(pairs.Select(p => Pair(Prefix + p.Key, p.Value)));
            headers.Add(Pair(Prefix + "sign-header-key", string.Join(";", pairs.Select(p => p.Key))));
            headers.Add(Pair(Prefix + "sign-header", signHeader));
            headers.Add(Pair(Prefix + "hash-header", Hex(mac.ComputeHash(Encoding.UTF8.GetBytes(signHeader)))));
            headers.Add(Pair(Prefix + "version", "3.0.201608"));
            return headers;
        }
    }

    public static string HashFile(string path)
    {
        using (var sha = SHA256.Create())
            return Hex(sha.ComputeHash(File.ReadAllBytes(path)));
    }

    static string Hex(byte[] bytes)
    {
        return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
    }

    // The usual JSON writers escape more than the protocol's own clients do, so the text is written by hand.
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
                default:
                    if (sign < ' ' || sign == '\u2028' || sign == '\u2029')
                        quoted.Append("\\u" + ((int)sign).ToString("x4"));
                    else
                        quoted.Append(sign);
                    break;
            }
        }
        return quoted.Append('"').ToString();
    }

    public static void Main(string[] arguments)
    {
        var given = new List<KeyValuePair<string, string>>();
        using (var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false)))
        {
            foreach (var line in input.ReadToEnd().Split('\n').Where(line => line.Length > 0))
            {
                var end = line.IndexOf('=');
                var key = line.Substring(0, end);
                var value = line.Substring(end + 1);
                var file = key == "hash-file" && value.StartsWith("@", StringComparison.Ordinal);
                given.Add(Pair(key, file ? HashFile(value.Substring(1)) : value));
            }
        }
        var secret = Environment.GetEnvironmentVariable("VXP_SECRET") ?? "";
        var headers = SignedHeaders(secret, arguments[0], arguments[1], arguments[2], given);
        using (var output = Console.OpenStandardOutput())
        {
            foreach (var header in headers)
            {
                var line = Encoding.UTF8.GetBytes(header.Key + ": " + header.Value + "\n");
                output.Write(line, 0, line.Length);
            }
        }
    }
}
