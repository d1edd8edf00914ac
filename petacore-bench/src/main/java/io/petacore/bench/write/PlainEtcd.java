package io.petacore.bench.write;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.DeleteResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.PutOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What an application would write with jetcd alone: the reference. */
final class PlainEtcd implements AutoCloseable {

  private final Client client;
  private final KV kv;
  private final String prefix;

  PlainEtcd(List<String> endpoints, String prefix) {
    this.client = Client.builder().endpoints(endpoints.toArray(String[]::new)).build();
    this.kv = client.getKVClient();
    this.prefix = prefix;
  }

  CompletableFuture<PutResponse> put(String key, String value) {
    return kv.put(key(key), bytes(value));
  }

  CompletableFuture<DeleteResponse> delete(String key) {
    return kv.delete(key(key));
  }

  /** Adds one to a counter: reads it, and writes it if nobody has meanwhile; until it succeeds. */
  void increment(String key) throws Exception {
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

  private ByteSequence key(String key) {
    return bytes(prefix + key);
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }

  /** Removes everything below a prefix. */
  void clear(String below) throws Exception {
    kv.delete(bytes(below), DeleteOption.builder().isPrefix(true).build()).get();
  }

  /** Has etcd forget history: without that a long run fills its space. */
  void compact() throws Exception {
    long revision = kv.get(key("")).get().getHeader().getRevision();
    kv.compact(revision, CompactOption.builder().withCompactPhysical(true).build()).get();
  }

  @Override
  public void close() {
    client.close();
  }
}
