// Signs one call of the hub. VXP_SECRET in the environment, arguments SYSTEM_ID TIMESTAMP CONTENT_TYPE,
// key=value lines on standard input.
const crypto = require("crypto");
const fs = require("fs");

const PREFIX = "XroadVnpt-";

// JSON.stringify escapes what must be escaped, but leaves U+2028 and U+2029.
function text(value) {
  return JSON.stringify(value).replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029");
}

// Returns all header lines as [name, value]; parameters are [key, value] in the order to be signed.
function signedHeaders(secret, systemId, timestamp, contentType, parameters) {
  const pairs = [["systemid", systemId], ...parameters, ["timestamp", timestamp], ["Content-Type", contentType]];
  const signHeader = "{" + pairs.map(([key, value]) => text(PREFIX + key) + ":" + text(value)).join(",") + "}";
  const mac = crypto.createHmac("sha256", Buffer.from(secret, "utf8")).update(signHeader, "utf8").digest("hex");
  return [
    ["Content-Type", contentType],
    ...pairs.map(([key, value]) => [PREFIX + key, value]),
    [PREFIX + "sign-header-key", pairs.map(([key]) => key).join(";")],
    [PREFIX + "sign-header", signHeader],
    [PREFIX + "hash-header", mac],
    [PREFIX + "version", "3.0.201608"],
  ];
}

function hashFile(path) {
  return crypto.createHash("sha256").update(fs.readFileSync(path)).digest("hex");
}

if (require.main === module) {
  const lines = fs.readFileSync(0, "utf8").split("\n").filter((line) => line);
  const given = lines.map((line) => {
    const key = line.slice(0, line.indexOf("="));
    const value = line.slice(key.length + 1);
    return [key, key === "hash-file" && value.startsWith("@") ? hashFile(value.slice(1)) : value];
  });
  const [systemId, timestamp, contentType] = process.argv.slice(2);
  const headers = signedHeaders(process.env.VXP_SECRET, systemId, timestamp, contentType, given);
  process.stdout.write(headers.map(([name, value]) => `${name}: ${value}\n`).join(""));
}

module.exports = { signedHeaders, hashFile };
