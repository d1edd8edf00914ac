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
 * What an application would do with jetcd alone: the reference. All keys are below a prefix.
 *
 * <p>Safe for use by many threads.
 */
public final class PlainEtcd implements AutoCloseable {

  private static final int DELETED_AT_ONCE = 50_000;
  private static final int MAX_MESSAGE_BYTES = 512 << 20;
  private static final int PUTS_IN_A_TRANSACTION = 120;
  private static final int FILLING_IN_FLIGHT = 8;

  private final Client client;
  private final KV kv;
  private final String prefix;

  /** Connects at the first use. */
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

  /** Deletes a key. */
  public CompletableFuture<DeleteResponse> delete(String key) {
    return kv.delete(key(key));
  }

  /** Adds one to a counter: reads it, and writes it if nobody has meanwhile; until it succeeds. */
  public void increment(String key) throws InterruptedException, ExecutionException {
    ByteSequence name = key(key);
    while (true) {
      KeyValue found = kv.get(name).get().getKvs().get(0);
      long next = Long.parseLong(found.getValue().toString(UTF_8)) + 1;
      TxnResponse answer =
          kv.txn()
              .If(new Cmp(name, Cmp.Op.EQUAL, CmpTarget.modRevision(found.getModRevision())))
              .Then(Op.put(name, bytes(Long.toString(next)), PutOption.DEFAULT))
              .commit()
              .get();
      if (answer.isSucceeded()) {
        return;
      }
    }
  }

  /** Writes many entries below a folder, many in a transaction. */
  public void fill(String folder, int count, IntFunction<Entry> entries)
      throws InterruptedException, ExecutionException {
    Bytes below = Bytes.utf8(prefix + folder);
    Queue<CompletableFuture<TxnResponse>> inFlight = new ArrayDeque<>();
    for (int from = 0; from < count; from += PUTS_IN_A_TRANSACTION) {
      if (inFlight.size() == FILLING_IN_FLIGHT) {
        inFlight.remove().get();
      }
      Op[] puts = new Op[Math.min(PUTS_IN_A_TRANSACTION, count - from)];
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

  /** Reads all that is below a folder at one revision, page by page, and drops it. */
  public long readAll(String folder, int pageSize) throws InterruptedException, ExecutionException {
    ByteSequence from = key(folder);
    ByteSequence end = OptionsUtil.prefixEndOf(from);
    long read = 0;
    long revision = 0;
    while (true) {
      GetOption page =
          GetOption.builder().withRange(end).withLimit(pageSize).withRevision(revision).build();
      GetResponse answer = kv.get(from, page).get();
      List<KeyValue> found = answer.getKvs();
      read += found.size();
      if (!answer.isMore()) {
        return read;
      }
      revision = answer.getHeader().getRevision();
      ByteSequence last = found.get(found.size() - 1).getKey();
      from = last.concat(ByteSequence.from(new byte[1]));
    }
  }

  /**
   * Tells every value of a key from a revision on, on a thread of jetcd's. Without a revision it
   * would begin when the server has heard of it, which may be after the next write.
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
   * Removes everything that begins with something; the prefix is not put before it. Piece by piece,
   * since a million keys at once take a server longer than it allows itself.
   */
  public void clear(String beginning) {
    ByteSequence from = bytes(beginning);
    ByteSequence end = OptionsUtil.prefixEndOf(from);
    GetOption piece =
        GetOption.builder().withRange(end).withKeysOnly(true).withLimit(DELETED_AT_ONCE).build();
    GetResponse found;
    do {
      found = kv.get(from, piece).join();
      ByteSequence to =
          found.isMore() ? found.getKvs().get(found.getKvs().size() - 1).getKey() : end;
      kv.delete(from, DeleteOption.builder().withRange(to).build()).join();
    } while (found.isMore());
  }

  /** Has etcd forget history: without that a long run fills its space. */
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
