package io.petacore.etcd;

import static io.petacore.etcd.Awaited.ALL;
import static io.petacore.etcd.Awaited.PUT;
import static io.petacore.etcd.Awaited.answer;
import static io.petacore.etcd.Awaited.failure;
import static io.petacore.etcd.StubEtcd.failing;
import static io.petacore.etcd.StubEtcd.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.Await;
import io.petacore.testing.RecordingListener;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two members, one of which does not serve. */
class MembersTest {

  private final StubEtcd bad = new StubEtcd();
  private final StubEtcd good = new StubEtcd();
  private final EtcdKvStore store =
      EtcdKvStore.builder()
          .endpoints(bad.endpoint(), good.endpoint())
          .requestTimeout(Duration.ofSeconds(20))
          .connect();

  @AfterEach
  void close() {
    store.close();
    bad.close();
    good.close();
  }

  private void awaitBoth(EtcdKvStore of) {
    Await.until(
        "both members are connected",
        () -> {
          answer(of.range(ALL));
          return !bad.requests("Range").isEmpty() && !good.requests("Range").isEmpty();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"etcdserver: no leader", "etcdserver: rpc not supported for learner"})
  void aRequestThatOneMemberRejectsIsSentToAnotherAtOnce(String rejection) throws Exception {
    awaitBoth(store);
    bad.onTxn = failing(Status.UNAVAILABLE.withDescription(rejection));
    bad.onRange = failing(Status.UNAVAILABLE.withDescription(rejection));
    long before = System.nanoTime();
    int commits = 200;
    for (int i = 0; i < commits; i++) {
      answer(store.commit(PUT));
      answer(store.range(ALL));
    }
    assertEquals(commits, good.requests("Txn").size());
    // A member that rejects requests is picked once per second, not for every request.
    long seconds = Duration.ofNanos(System.nanoTime() - before).toSeconds();
    int asked = bad.requests("Txn").size();
    assertTrue(asked <= 2 + seconds, asked + " times in " + seconds + " s");
  }

  /** If no member serves, the request is sent to each member once. */
  @Test
  void aRequestThatAllMembersRejectIsUnavailable() throws Exception {
    awaitBoth(store);
    Status rejection = Status.UNAVAILABLE.withDescription("etcdserver: no leader");
    bad.onTxn = failing(rejection);
    good.onTxn = failing(rejection);
    StoreException failure = failure(Kind.UNAVAILABLE, store.commit(PUT));
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains("no leader"), message);
    assertTrue(message.contains(":" + bad.port()) || message.contains(":" + good.port()), message);
    assertEquals(1, bad.requests("Txn").size());
    assertEquals(1, good.requests("Txn").size());
  }

  /** Other failures are not resent, since the request may have been applied. */
  @Test
  void otherFailuresAreNotResent() throws Exception {
    awaitBoth(store);
    for (StubEtcd one : List.of(bad, good)) {
      one.onTxn = failing(Status.UNAVAILABLE.withDescription("etcdserver: leader changed"));
    }
    failure(Kind.OUTCOME_UNKNOWN, store.commit(PUT));
    assertEquals(1, bad.requests("Txn").size() + good.requests("Txn").size());
  }

  @Test
  void everyRequestRequiresALeader() throws Exception {
    answer(store.commit(PUT));
    answer(store.range(ALL));
    answer(store.grantLease(Duration.ofSeconds(9)));
    answer(store.renewLease(5));
    answer(store.revokeLease(5));
    for (StubEtcd one : List.of(bad, good)) {
      one.requests.forEach(r -> assertEquals("true", r.header("hasleader"), r.method()));
    }
  }

  /** A member that rejects every watch. */
  @Test
  void aWatchIsOpenedAtAMemberThatServes() throws Exception {
    awaitBoth(store);
    for (int i = 0; i < 10; i++) {
      RecordingListener listener = new RecordingListener();
      store.watch(ALL.range(), 1, listener);
      Await.until(
          "the watch has arrived",
          () -> {
            StubEtcd.WatchStream refused = bad.watches.poll();
            if (refused != null) {
              refused
                  .answers()
                  .onError(
                      Status.UNAVAILABLE
                          .withDescription("etcdserver: rpc not supported for learner")
                          .asRuntimeException());
            }
            return !good.watches.isEmpty();
          });
      good.nextWatch().created();
      listener.awaitOpened();
    }
  }

  /** A hung member gets only the first requests, and none after they have timed out. */
  @Test
  void aHungMemberIsAvoided() throws Exception {
    try (EtcdKvStore shortTimeout =
        EtcdKvStore.builder()
            .endpoints(bad.endpoint(), good.endpoint())
            .requestTimeout(Duration.ofMillis(1_500))
            .connect()) {
      awaitBoth(shortTimeout);
      bad.onTxn = silence();
      List<CompletableFuture<?>> commits = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        CompletableFuture<?> commit = shortTimeout.commit(PUT);
        commits.add(commit);
        Await.until("sent", () -> commit.isDone() || !bad.requests("Txn").isEmpty());
      }
      Await.until(
          "all commits have completed", () -> commits.stream().allMatch(CompletableFuture::isDone));
      int hung = bad.requests("Txn").size();
      // The requests sent while the other member had as many pending.
      assertTrue(hung <= 60, hung + " of 100 requests went to the hung member");
      long failed = commits.stream().filter(CompletableFuture::isCompletedExceptionally).count();
      assertEquals(hung, failed);
    }
  }

  /** One name for several members, some unreachable, as with a headless service. */
  @Test
  void everyAddressOfANameIsUsed() throws Exception {
    InetAddress first = InetAddress.getByAddress("cluster", new byte[] {(byte) 192, 0, 2, 1});
    InetAddress second = InetAddress.getByAddress("cluster", new byte[] {(byte) 127, 0, 0, 1});
    List<EquivalentAddressGroup> found = new ArrayList<>();
    List<Status> failed = new ArrayList<>();
    EndpointResolver resolver =
        new EndpointResolver(
            List.of("cluster:2379", "gone:1"),
            Runnable::run,
            host -> {
              if (host.equals("gone")) {
                throw new UnknownHostException(host);
              }
              return new InetAddress[] {first, second};
            });
    resolver.start(
        new NameResolver.Listener2() {
          @Override
          public void onResult(NameResolver.ResolutionResult result) {
            found.addAll(result.getAddressesOrError().getValue());
          }

          @Override
          public void onError(Status error) {
            failed.add(error);
          }
        });
    assertEquals(2, found.size());
    found.forEach(group -> assertEquals(1, group.getAddresses().size()));
    assertEquals(List.of(), failed);
  }
}
