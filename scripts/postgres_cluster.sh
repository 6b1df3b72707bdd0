#!/bin/sh
# A PostgreSQL cluster of one's own, for tests and benchmarks: in a temporary folder, reached by a socket only.
#
#   url=$(scripts/postgres_cluster.sh start)   prints the URL of its superuser, for DEUNGDAE_TEST_POSTGRES
#   scripts/postgres_cluster.sh stop "$url"    stops it and removes the folder
#
# FSYNC=on keeps what is acknowledged through a crash of the machine; benchmarks want it, tests do not need it.
set -eu

fail() {
    echo "postgres_cluster: $1" >&2
    exit 1
}

# PostgreSQL refuses to run as root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$programs" ] || programs=$(dirname "$(command -v initdb || true)")
[ -x "$programs/initdb" ] || fail "PostgreSQL is not installed: apt-get install postgresql"

case "${1:-}" in
start)
    # Short: the path of a socket may have 107 characters.
    folder=$(as_owner mktemp -d /tmp/deungdae-pg.XXXXXX)
    as_owner chmod 755 "$folder"
    # Sorting by language, as most installations do: the store must sort by code point in spite of it.
    as_owner "$programs/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 \
        --locale=C.UTF-8 --locale-provider=icu --icu-locale=en \
        --pgdata="$folder/data" >/dev/null || fail "initdb failed"
    as_owner "$programs/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait --timeout=60 \
        --options="-c listen_addresses= -c unix_socket_directories=$folder -c fsync=${FSYNC:-off} \
-c shared_buffers=64MB -c max_connections=200" start >/dev/null || fail "it did not start, see $folder/log"
    echo "postgres:///postgres?host=$folder&user=postgres"
    ;;
stop)
    folder=${2:-}
    folder=${folder#*host=}
    folder=${folder%%&*}
    case "$folder" in
    /tmp/deungdae-pg.??????) ;;
    *) fail "say which: $0 stop URL" ;;
    esac
    as_owner "$programs/pg_ctl" --pgdata="$folder/data" --mode=immediate --wait stop >/dev/null || true
    as_owner rm -r "$folder"
    ;;
*)
    fail "usage: $0 start | stop URL"
    ;;
esac
