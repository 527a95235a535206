# One signed call, line by line. Set before: HUB (address), SYSTEM (system id), SECRET. Needs curl and openssl.
STAMP=${STAMP:-$(date +%d%m%YT%H%M%S)+0000}
SIGNED='{"XroadVnpt-systemid":"'$SYSTEM'","XroadVnpt-timestamp":"'$STAMP'","XroadVnpt-Content-Type":"application/json"}'
HASH=$(printf %s "$SIGNED" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
curl -sS -X POST "$HUB/getAgenciesList" -H 'Content-Length: 0' \
  -H 'Content-Type: application/json' \
  -H "XroadVnpt-systemid: $SYSTEM" \
  -H "XroadVnpt-timestamp: $STAMP" \
  -H 'XroadVnpt-Content-Type: application/json' \
  -H 'XroadVnpt-sign-header-key: systemid;timestamp;Content-Type' \
  -H "XroadVnpt-sign-header: $SIGNED" \
  -H "XroadVnpt-hash-header: $HASH"
