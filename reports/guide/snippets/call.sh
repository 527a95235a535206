# call OPERATION [key=value ...]: one signed call of the hub. Needs bash, curl, openssl.
# Set before: HUB (address), SYSTEM (system id), SECRET; if need be BODY (text, or @file), TYPE, METHOD, STAMP.
call() {
  local operation=$1 type=${TYPE:-application/json} prefix=XroadVnpt- pair key value keys= signed= hash headers=()
  local stamp=${STAMP:-$(date +%d%m%YT%H%M%S)+0000}
  shift
  for pair in "systemid=$SYSTEM" "$@" "timestamp=$stamp" "Content-Type=$type"; do
    key=${pair%%=*} value=${pair#*=}
    headers+=(-H "$prefix$key: $value")
    value=${value//\\/\\\\}
    value=${value//\"/\\\"}
    keys=$keys${keys:+;}$key
    signed=$signed${signed:+,}"\"$prefix$key\":\"$value\""
  done
  signed="{$signed}"
  hash=$(printf %s "$signed" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
  headers+=(-H "${prefix}sign-header-key: $keys" -H "${prefix}sign-header: $signed" -H "${prefix}hash-header: $hash")
  headers+=(-H "Content-Type: $type" -H "${prefix}version: 3.0.201608" -H "Expect:")
  if [ "${METHOD:-POST}" = POST ]; then
    curl -sS -m 60 "${headers[@]}" --data-binary "${BODY-}" "$HUB/$operation"
  else
    curl -sS -m 60 -X "$METHOD" "${headers[@]}" "$HUB/$operation"
  fi
}
