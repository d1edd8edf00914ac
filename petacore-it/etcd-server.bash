# To be sourced by scripts: start_etcd starts a single etcd server on free ports of the loopback interface, with its data and
# log in $scratch; stop_etcd stops it.
endpoint=
etcd_pid=

# Whether a server listens on a port of the loopback interface.
listening() {
  (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)) && listening "$port"; do :; done
  echo "$port"
}

# Starts etcd and sets $endpoint. Retries with other ports, since another process may take a port first.
start_etcd() {
  local attempt client peer
  for attempt in 1 2 3 4 5; do
    client=$(free_port) peer=$(free_port)
    endpoint=http://127.0.0.1:$client
    etcd --data-dir "$scratch/etcd-$attempt" \
      --listen-client-urls "$endpoint" --advertise-client-urls "$endpoint" \
      --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
      --initial-cluster "default=http://127.0.0.1:$peer" >"$scratch/etcd-$attempt.log" 2>&1 &
    etcd_pid=$!
    while kill -0 "$etcd_pid" 2>/dev/null; do
      if listening "$client"; then return; fi
      sleep 0.1
    done
    wait "$etcd_pid" || true
    etcd_pid=
  done
  cat "$scratch/etcd-$attempt.log"
  echo "etcd did not start" >&2
  return 1
}

stop_etcd() {
  if [ -n "$etcd_pid" ]; then
    kill "$etcd_pid" 2>/dev/null || true
    wait "$etcd_pid" 2>/dev/null || true
    etcd_pid=
  fi
}
