// Signs one call of the hub. VXP_SECRET in the environment, arguments SYSTEM_ID TIMESTAMP CONTENT_TYPE,
// key=value lines on standard input.
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Sign {
    static final String PREFIX = "XroadVnpt-";

    /** Returns all header lines as {name, value}; parameters are {key, value} in the order to be signed. */
    static List<String[]> signedHeaders(
            String secret, String systemId, String timestamp, String contentType, List<String[]> parameters)
            throws Exception {
        List<String[]> pairs = new ArrayList<>();
        pairs.add(new String[] {"systemid", systemId});
        pairs.addAll(parameters);
        pairs.add(new String[] {"timestamp", timestamp});
        pairs.add(new String[] {"Content-Type", contentType});
        String signHeader = pairs.stream()
                .map(pair -> text(PREFIX + pair[0]) + ":" + text(pair[1]))
                .collect(Collectors.joining(",", "{", "}"));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        List<String[]> headers = new ArrayList<>();
        headers.add(new String[] {"Content-Type", contentType});
        for (String[] pair : pairs) {
            headers.add(new String[] {PREFIX + pair[0], pair[1]});
        }
        String keys = pairs.stream().map(pair -> pair[0]).collect(Collectors.joining(";"));
        headers.add(new String[] {PREFIX + "sign-header-key", keys});
        headers.add(new String[] {PREFIX + "sign-header", signHeader});
        headers.add(new String[] {PREFIX + "hash-header", hex(mac.doFinal(signHeader.getBytes(StandardCharsets.UTF_8)))});
        headers.add(new String[] {PREFIX + "version", "3.0.201608"});
        return headers;
    }

    static String hashFile(String path) throws Exception {
        return hex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(Path.of(path))));
    }

    /** Two digits a byte: Integer.toHexString would drop a leading zero. */
    static String hex(byte[] bytes) {
        StringBuilder digits = new StringBuilder();
        for (byte one : bytes) {
            digits.append(String.format("%02x", one & 0xff));
        }
        return digits.toString();
    }

    static String text(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char sign : value.toCharArray()) {
            switch (sign) {
                case '"': quoted.append("\\\""); break;
                case '\\': quoted.append("\\\\"); break;
                case '\b': quoted.append("\\b"); break;
                case '\f': quoted.append("\\f"); break;
                case '\t': quoted.append("\\t"); break;
                default:
                    if (sign < 0x20 || sign == 0x2028 || sign == 0x2029) {
                        quoted.append(String.format("\\u%04x", (int) sign));
                    } else {
                        quoted.append(sign);
                    }
            }
        }
        return quoted.append('"').toString();
    }

    public static void main(String[] arguments) throws Exception {
        List<String[]> given = new ArrayList<>();
        for (String line : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
            if (line.isEmpty()) {
                continue;
            }
            String key = line.substring(0, line.indexOf('='));
            String value = line.substring(key.length() + 1);
            boolean file = key.equals("hash-file") && value.startsWith("@");
            given.add(new String[] {key, file ? hashFile(value.substring(1)) : value});
        }
        StringBuilder out = new StringBuilder();
        String secret = System.getenv("VXP_SECRET");
        for (String[] header : signedHeaders(secret, arguments[0], arguments[1], arguments[2], given)) {
            out.append(header[0]).append(": ").append(header[1]).append('\n');
        }
        System.out.write(out.toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
