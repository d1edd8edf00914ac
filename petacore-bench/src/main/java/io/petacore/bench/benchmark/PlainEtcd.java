package io.petacore.bench.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.DeleteResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The reference: what an application does with jetcd alone. All keys have a common prefix.
 *
 * <p>Thread-safe.
 */
public final class PlainEtcd implements AutoCloseable {

  private static final int KEYS_PER_DELETE = 50_000;
  private static final int MAX_MESSAGE_BYTES = 512 << 20;
  private static final int PUTS_PER_TRANSACTION = 120;
  private static final int MAX_IN_FLIGHT = 8;

  private final Client client;
  private final KV kv;
  private final String prefix;

  /** Creates a client; it connects on first use. */
  public PlainEtcd(List<String> endpoints, String prefix) {
    this.client =
        Client.builder()
            .endpoints(endpoints.toArray(String[]::new))
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    this.kv = client.getKVClient();
    this.prefix = prefix;
  }

  /** Writes a key. */
  public CompletableFuture<PutResponse> put(String key, String value) {
    return kv.put(key(key), bytes(value));
  }

  /** Reads a key, linearizably. */
  public CompletableFuture<GetResponse> get(String key) {
    return kv.get(key(key));
  }

  /** Deletes a key. */
  public CompletableFuture<DeleteResponse> delete(String key) {
    return kv.delete(key(key));
  }

  /**
   * Increments a counter: reads it, and writes it if it has not changed since; retries on conflict.
   */
  public void increment(String key) throws InterruptedException, ExecutionException {
    ByteSequence name = key(key);
    while (true) {
      KeyValue found = kv.get(name).get().getKvs().get(0);
      long next = Long.parseLong(found.getValue().toString(UTF_8)) + 1;
      TxnResponse response =
          kv.txn()
              .If(new Cmp(name, Cmp.Op.EQUAL, CmpTarget.modRevision(found.getModRevision())))
              .Then(Op.put(name, bytes(Long.toString(next)), PutOption.DEFAULT))
              .commit()
              .get();
      if (response.isSucceeded()) {
        return;
      }
    }
  }

  /** Writes entries under a folder, many per transaction. */
  public void fill(String folder, int count, IntFunction<Entry> entries)
      throws InterruptedException, ExecutionException {
    Bytes below = Bytes.utf8(prefix + folder);
    Queue<CompletableFuture<TxnResponse>> inFlight = new ArrayDeque<>();
    for (int from = 0; from < count; from += PUTS_PER_TRANSACTION) {
      if (inFlight.size() == MAX_IN_FLIGHT) {
        inFlight.remove().get();
      }
      Op[] puts = new Op[Math.min(PUTS_PER_TRANSACTION, count - from)];
      for (int i = 0; i < puts.length; i++) {
        Entry entry = entries.apply(from + i);
        puts[i] = Op.put(bytes(below.concat(entry.key())), bytes(entry.value()), PutOption.DEFAULT);
      }
      inFlight.add(kv.txn().Then(puts).commit());
    }
    while (!inFlight.isEmpty()) {
      inFlight.remove().get();
    }
  }

  /**
   * Reads all keys of a folder at one revision, in pages, and discards them.
   *
   * @return the number of keys read
   */
  public long readAll(String folder, int pageSize) throws InterruptedException, ExecutionException {
    ByteSequence from = key(folder);
    ByteSequence end = OptionsUtil.prefixEndOf(from);
    long read = 0;
    long revision = 0;
    while (true) {
      GetOption page =
          GetOption.builder().withRange(end).withLimit(pageSize).withRevision(revision).build();
      GetResponse response = kv.get(from, page).get();
      List<KeyValue> found = response.getKvs();
      read += found.size();
      if (!response.isMore()) {
        return read;
      }
      revision = response.getHeader().getRevision();
      ByteSequence last = found.get(found.size() - 1).getKey();
      from = last.concat(ByteSequence.from(new byte[1]));
    }
  }

  /**
   * Passes every value of a key from a revision on to a listener, on a thread of jetcd. Without a
   * revision the watch would start when the server processes it, possibly after the next write.
   */
  public Watch.Watcher watch(String key, long fromRevision, Consumer<String> listener) {
    return client
        .getWatchClient()
        .watch(
            key(key),
            WatchOption.builder().withRevision(fromRevision).build(),
            response ->
                response
                    .getEvents()
                    .forEach(
                        event -> listener.accept(event.getKeyValue().getValue().toString(UTF_8))));
  }

  /**
   * Deletes all keys that start with {@code beginning}, which includes the prefix. Deletes in
   * parts, since the server times out on a million keys at once.
   */
  public void clear(String beginning) {
    ByteSequence from = bytes(beginning);
    ByteSequence end = OptionsUtil.prefixEndOf(from);
    GetOption part =
        GetOption.builder().withRange(end).withKeysOnly(true).withLimit(KEYS_PER_DELETE).build();
    GetResponse found;
    do {
      found = kv.get(from, part).join();
      ByteSequence to =
          found.isMore() ? found.getKvs().get(found.getKvs().size() - 1).getKey() : end;
      kv.delete(from, DeleteOption.builder().withRange(to).build()).join();
    } while (found.isMore());
  }

  /** Compacts the history, so that a long run does not exceed the space quota of etcd. */
  public void compact() throws InterruptedException, ExecutionException {
    long revision = kv.get(key("")).get().getHeader().getRevision();
    kv.compact(revision, CompactOption.builder().withCompactPhysical(true).build()).get();
  }

  private ByteSequence key(String key) {
    return bytes(prefix + key);
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }

  private static ByteSequence bytes(Bytes bytes) {
    return ByteSequence.from(bytes.toByteArray());
  }

  @Override
  public void close() {
    client.close();
  }
}
