package io.petacore.bench.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.PutOption;
import io.petacore.bench.jmh.SampleData;
import io.petacore.data.Bytes;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** What an application would do with jetcd alone: the reference. */
final class PlainEtcd implements AutoCloseable {

  private static final int MAX_MESSAGE_BYTES = 512 << 20;
  private static final int PUTS_IN_A_TRANSACTION = 120;
  private static final int IN_FLIGHT = 8;

  private final Client client;
  private final KV kv;

  PlainEtcd(List<String> endpoints) {
    this.client =
        Client.builder()
            .endpoints(endpoints.toArray(String[]::new))
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    this.kv = client.getKVClient();
  }

  /** Writes the sample data below a prefix. */
  void fill(String prefix, int keys) throws InterruptedException, ExecutionException {
    Queue<CompletableFuture<TxnResponse>> under = new ArrayDeque<>();
    for (int from = 0; from < keys; from += PUTS_IN_A_TRANSACTION) {
      if (under.size() == IN_FLIGHT) {
        under.remove().get();
      }
      int to = Math.min(keys, from + PUTS_IN_A_TRANSACTION);
      Op[] puts = new Op[to - from];
      for (int i = from; i < to; i++) {
        Bytes key = Bytes.utf8(prefix).concat(SampleData.key(i));
        puts[i - from] = Op.put(bytes(key), bytes(SampleData.value(i)), PutOption.DEFAULT);
      }
      under.add(kv.txn().Then(puts).commit());
    }
    while (!under.isEmpty()) {
      under.remove().get();
    }
  }

  /** Reads everything below a prefix at one revision, page by page, and drops it. */
  long readAll(String prefix, int pageSize) throws InterruptedException, ExecutionException {
    ByteSequence from = ByteSequence.from(prefix, UTF_8);
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

  void put(String key, String value) throws InterruptedException, ExecutionException {
    kv.put(ByteSequence.from(key, UTF_8), ByteSequence.from(value, UTF_8)).get();
  }

  /** Tells every new value of a key. */
  Watch.Watcher watch(String key, Consumer<String> listener) {
    return client
        .getWatchClient()
        .watch(
            ByteSequence.from(key, UTF_8),
            response ->
                response
                    .getEvents()
                    .forEach(
                        event -> listener.accept(event.getKeyValue().getValue().toString(UTF_8))));
  }

  /** Removes everything below a prefix. */
  void clear(String prefix) {
    kv.delete(ByteSequence.from(prefix, UTF_8), DeleteOption.builder().isPrefix(true).build())
        .join();
  }

  private static ByteSequence bytes(Bytes bytes) {
    return ByteSequence.from(bytes.toByteArray());
  }

  @Override
  public void close() {
    client.close();
  }
}
