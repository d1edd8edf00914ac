package io.petacore.etcd;

import static io.petacore.etcd.WatchRevisionsTest.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.petacore.data.KeyRange;
import io.petacore.etcd.StubEtcd.WatchStream;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import io.petacore.testing.RecordingListener;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Watches on a server that misbehaves. */
class WatchTest {

  private static final KeyRange RANGE = KeyRange.prefix("w/");

  private final StubEtcd etcd = new StubEtcd();
  private final EtcdKvStore store = etcd.client().connect();
  private final EtcdKvStore shortTimeout = etcd.shortTimeoutClient().connect();
  private final RecordingListener listener = new RecordingListener();

  @AfterEach
  void close() {
    store.close();
    shortTimeout.close();
    etcd.close();
  }

  private WatchStream open(WatchListener listener, long fromRevision) throws InterruptedException {
    store.watch(RANGE, fromRevision, listener);
    return etcd.nextWatch();
  }

  private WatchStream opened() throws InterruptedException {
    WatchStream stream = open(listener, 100).created();
    listener.awaitOpened();
    return stream;
  }

  private static WatchResponse events(long header, long... revisions) {
    WatchResponse.Builder message = WatchResponse.newBuilder().setHeader(StubEtcd.header(header));
    for (long revision : revisions) {
      message.addEvents(put(revision, "w/k"));
    }
    return message.build();
  }

  private List<Long> next(int count) throws InterruptedException {
    return listener.nextRevisions(count).stream().map(RevisionEvents::revision).toList();
  }

  private StoreException end(Kind kind) throws InterruptedException {
    StoreException cause = listener.awaitEnd();
    assertEquals(kind, cause.kind(), cause.getMessage());
    return cause;
  }

  @Test
  void requestsTheRangeAndRequiresALeader() throws Exception {
    opened();
    assertEquals("true", etcd.requests("Watch").get(0).header("hasleader"));
  }

  @ParameterizedTest
  @CsvSource({"100, 100", "1, 1", "0, 1", "-5, 1"})
  void startsAtTheRevisionAndNeverFromNowOn(long from, long asked) throws Exception {
    WatchCreateRequest create = open(listener, from).created().request().getCreateRequest();
    listener.awaitOpened();
    assertEquals(asked, create.getStartRevision());
    assertEquals("w/", create.getKey().toStringUtf8());
    assertEquals("w0", create.getRangeEnd().toStringUtf8());
  }

  @Test
  void revisionsBelowTheStartAndDeliveredOnesAreDropped() throws Exception {
    WatchStream stream = opened();
    stream.answers().onNext(events(104, 98, 99, 100, 101));
    assertEquals(List.of(100L, 101L), next(2));
    // A progress notification, after which the server repeats revisions.
    stream.answers().onNext(events(104));
    stream.answers().onNext(events(104, 100, 101, 103));
    assertEquals(List.of(103L), next(1));
  }

  /** Revisions in headers must not advance the watch. */
  @Test
  void revisionsInHeadersDoNotAdvanceTheWatch() throws Exception {
    store.watch(RANGE, 100, listener);
    WatchStream stream = etcd.nextWatch();
    stream
        .answers()
        .onNext(
            WatchResponse.newBuilder().setHeader(StubEtcd.header(200)).setCreated(true).build());
    listener.awaitOpened();
    stream.answers().onNext(events(1503, 100, 101));
    stream.answers().onNext(events(1503));
    stream.answers().onNext(events(1503, 102));
    assertEquals(List.of(100L, 101L, 102L), next(3));
  }

  @Test
  void anOrderlyEndOfTheStreamEndsTheWatch() throws Exception {
    opened().answers().onCompleted();
    end(Kind.UNAVAILABLE);
  }

  @ParameterizedTest
  @CsvSource({
    "UNAVAILABLE, '', UNAVAILABLE",
    "UNAVAILABLE, etcdserver: no leader, UNAVAILABLE",
    "INVALID_ARGUMENT, etcdserver: revision of auth store is old, UNAVAILABLE",
    "RESOURCE_EXHAUSTED, anything, UNAVAILABLE",
    "INTERNAL, anything, UNAVAILABLE",
    "PERMISSION_DENIED, etcdserver: permission denied, REJECTED",
  })
  void anErrorOfTheStreamEndsTheWatch(Status.Code code, String text, Kind kind) throws Exception {
    Status status = code.toStatus().withDescription(text.isEmpty() ? null : text);
    opened().answers().onError(status.asRuntimeException());
    end(kind);
    assertEquals(1, etcd.requests("Watch").size());
  }

  @Test
  void aLostConnectionEndsTheWatch() throws Exception {
    opened();
    etcd.close();
    end(Kind.UNAVAILABLE);
  }

  @Test
  void aCompactedStartIsReported() throws Exception {
    open(listener, 100)
        .created()
        .answers()
        .onNext(WatchResponse.newBuilder().setCanceled(true).setCompactRevision(150).build());
    StoreException cause = end(Kind.COMPACTED);
    assertTrue(String.valueOf(cause.getMessage()).contains("150"), cause.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "'', UNAVAILABLE",
    "etcdserver: revision of auth store is old, UNAVAILABLE",
    "etcdserver: permission denied, REJECTED"
  })
  void aCancelledWatchEnds(String reason, Kind kind) throws Exception {
    open(listener, 100)
        .answers()
        .onNext(
            WatchResponse.newBuilder()
                .setWatchId(-1)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(reason)
                .build());
    end(kind);
  }

  @Test
  void afterTheEndTheListenerIsNotCalled() throws Exception {
    WatchStream stream = opened();
    stream.answers().onNext(WatchResponse.newBuilder().setCanceled(true).build());
    stream.answers().onNext(events(101, 101));
    stream.answers().onCompleted();
    end(Kind.UNAVAILABLE);
    store.close();
    listener.assertQuiet();
  }

  @Test
  void aWatchThatIsNotOpenedTimesOut() throws Exception {
    shortTimeout.watch(RANGE, 100, listener);
    StoreException cause = end(Kind.UNAVAILABLE);
    assertTrue(
        String.valueOf(cause.getMessage()).contains("not opened within PT0.4S"),
        cause.getMessage());
  }

  @Test
  void aWatchWithoutAServerTimesOut() throws Exception {
    etcd.close();
    shortTimeout.watch(RANGE, 1, listener);
    end(Kind.UNAVAILABLE);
  }

  @Test
  void anOpenWatchHasNoTimeout() throws Exception {
    Awaited.connected(shortTimeout);
    shortTimeout.watch(RANGE, 100, listener);
    WatchStream stream = etcd.nextWatch().created();
    listener.awaitOpened();
    // Waits longer than the open timeout, by requests that time out.
    etcd.onRange = StubEtcd.silence();
    Awaited.failure(Kind.UNAVAILABLE, shortTimeout.range(Awaited.ALL));
    Awaited.failure(Kind.UNAVAILABLE, shortTimeout.range(Awaited.ALL));
    stream.answers().onNext(events(100, 100));
    assertEquals(List.of(100L), next(1));
  }

  @Test
  void anExceptionOfTheListenerIsReportedToOnEnd() throws Exception {
    IllegalStateException thrown = new IllegalStateException("from the listener");
    RecordingListener throwing =
        new RecordingListener(
            revisions -> {
              throw thrown;
            });
    WatchStream stream = open(throwing, 100).created();
    throwing.awaitOpened();
    stream.answers().onNext(events(100, 100));
    throwing.nextRevision();
    assertSame(thrown, throwing.awaitEnd().getCause());
    stream.answers().onNext(events(101, 101));
    throwing.assertQuiet();
  }

  @Test
  void anExceptionInOnOpenedIsReportedToOnEnd() throws Exception {
    CompletableFuture<StoreException> ended = new CompletableFuture<>();
    open(
            new WatchListener() {
              @Override
              public void onOpened() {
                throw new IllegalStateException("from the listener");
              }

              @Override
              public void onRevisions(List<RevisionEvents> revisions) {}

              @Override
              public void onEnd(StoreException cause) {
                ended.complete(cause);
              }
            },
            100)
        .created();
    assertEquals(Kind.UNAVAILABLE, Awaited.answer(ended).kind());
  }

  @Test
  void aMessageOutOfOrderEndsTheWatch() throws Exception {
    opened().answers().onNext(events(104, 102, 101));
    end(Kind.UNAVAILABLE);
  }

  /** Fragments are expensive for etcd, so they are not requested while messages fit. */
  @Test
  void fragmentsAreNotRequestedAtFirst() throws Exception {
    assertFalse(Fragments.areRequested(opened().request().getCreateRequest()));
  }

  /** Fails if the same message, which is too large, is requested repeatedly. */
  @Test
  void afterATooLargeMessageTheNextWatchRequestsFragments() throws Exception {
    try (EtcdKvStore small = etcd.client().maxInboundBytes(1_000).connect()) {
      small.watch(RANGE, 100, listener);
      WatchStream stream = etcd.nextWatch().created();
      listener.awaitOpened();
      stream.answers().onNext(events(105, 100));
      assertEquals(List.of(100L), next(1));
      long[] many = new long[100];
      Arrays.fill(many, 101);
      stream.answers().onNext(events(105, many));
      end(Kind.TOO_LARGE);

      RecordingListener again = new RecordingListener();
      small.watch(RANGE, 101, again);
      WatchStream cut = etcd.nextWatch().created();
      assertTrue(Fragments.areRequested(cut.request().getCreateRequest()));
      again.awaitOpened();
      cut.answers().onNext(Fragments.withMore(events(105, 101, 101)));
      cut.answers().onNext(Fragments.withMore(events(105, 101, 102)));
      RevisionEvents first = again.nextRevision();
      assertEquals(101, first.revision());
      assertEquals(3, first.events().size());
      cut.answers().onNext(events(105, 102));
      assertEquals(2, again.nextRevision().events().size());

      small.watch(RANGE, 103, new RecordingListener());
      assertFalse(Fragments.areRequested(etcd.nextWatch().request().getCreateRequest()));
    }
  }

  /** Fails if a slow message cannot be distinguished from silence. */
  @Test
  void arrivingBytesAreCounted() throws Exception {
    Watch watch = store.watch(RANGE, 100, listener);
    WatchStream stream = etcd.nextWatch().created();
    listener.awaitOpened();
    long before = watch.receivedBytes();
    WatchResponse message = events(104, 100, 101);
    stream.answers().onNext(message);
    next(2);
    assertEquals(message.getSerializedSize(), watch.receivedBytes() - before);
  }

  @Test
  void aClosedWatchDoesNotCallTheListenerAndEndsItsStream() throws Exception {
    Watch watch = store.watch(RANGE, 100, listener);
    WatchStream stream = etcd.nextWatch().created();
    listener.awaitOpened();
    CountDownLatch cancelled = new CountDownLatch(1);
    Context context = etcd.requests("Watch").get(0).context();
    context.addListener(c -> cancelled.countDown(), Runnable::run);
    watch.close();
    watch.close();
    assertTrue(cancelled.await(20, TimeUnit.SECONDS));
    stream.answers().onNext(events(100, 100));
    stream.answers().onCompleted();
    store.close();
    listener.assertQuiet();
  }

  /** A slow listener must not delay other watches or requests. */
  @Test
  void aBlockedListenerDelaysOnlyItself() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    RecordingListener blocking =
        new RecordingListener(
            revisions -> {
              inside.countDown();
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    WatchStream blocked = open(blocking, 100).created();
    blocked.answers().onNext(events(100, 100));
    assertTrue(inside.await(20, TimeUnit.SECONDS));

    WatchStream stream = opened();
    stream.answers().onNext(events(100, 100));
    assertEquals(List.of(100L), next(1));
    Awaited.answer(store.commit(Awaited.PUT));
    go.countDown();
  }
}
