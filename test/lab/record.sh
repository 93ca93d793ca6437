#!/bin/sh
# Records samples/ anew. Runs in a network namespace (needs root), where ports are free and the
# backends of the stories have addresses of their own.
set -e
cd "$(dirname "$0")/../.."
exec unshare -n sh -c '
  ip link set lo up
  ip addr add 10.0.0.5/32 dev lo
  ip addr add 10.0.0.6/32 dev lo
  WSLOG_RECORD=1 exec npx vitest run --project lab test/lab/record.test.ts'
