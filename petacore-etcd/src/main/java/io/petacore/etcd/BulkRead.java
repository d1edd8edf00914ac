package io.petacore.etcd;

import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/**
 * Reads one page of a load, which may be large and take etcd long. So a limited page is not resent;
 * a request without a limit, for few keys, is, until bytes arrive.
 *
 * <p>Thread-safe.
 */
final class BulkRead {

  /** Number of request timeouts for which the server may be silent during a page. */
  private static final int PATIENCE = 6;

  /** Maximum size of a page with more than one entry, in bytes. */
  private static final int MAX_PAGE_BYTES = 32 << 20;

  private final Connection connection;
  private final Calls calls;
  private final EtcdSettings settings;
  private final RangeRequest request;
  private final EtcdRange range;
  private final LongConsumer arriving;
  private final AtomicBoolean arrived = new AtomicBoolean();

  /**
   * @param arriving called with the number of bytes of every part of a response that arrives
   */
  BulkRead(
      Connection connection,
      Calls calls,
      EtcdSettings settings,
      RangeRequest request,
      LongConsumer arriving) {
    this.connection = connection;
    this.calls = calls;
    this.settings = settings;
    this.request = request;
    this.range = EtcdRange.of(request.range());
    this.arriving = arriving;
  }

  /** Sends the request; to be called once. The future fails with {@link StoreException}. */
  CompletableFuture<RangePage> start() {
    boolean few = request.limit() == 0 || range.single();
    return few
        ? new HedgedRead<>(connection, this::attempt, () -> arrived.getAndSet(false)).start()
        : attempt();
  }

  private CompletableFuture<RangePage> attempt() {
    Arrival arrival =
        new Arrival(connection, settings.requestTimeout(), PATIENCE, this::noted, maxPageBytes());
    return calls.read(RangePageMarshaller.RANGE, range.encode(request), range::pageOf, arrival);
  }

  private void noted(long bytes) {
    arrived.set(true);
    arriving.accept(bytes);
  }

  private int maxPageBytes() {
    int most = settings.maxInboundBytes();
    return request.limit() == 1 ? most : Math.min(most, MAX_PAGE_BYTES);
  }
}
