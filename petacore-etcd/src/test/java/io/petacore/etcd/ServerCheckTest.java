package io.petacore.etcd;

import static io.petacore.etcd.Awaited.ALL;
import static io.petacore.etcd.Awaited.answer;
import static io.petacore.etcd.StubEtcd.failing;
import static io.petacore.etcd.StubEtcd.reply;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ServerCheckTest {

  private final StubEtcd etcd = new StubEtcd();

  @AfterEach
  void close() {
    etcd.close();
  }

  @Test
  void describesTheServer() throws Exception {
    ResponseHeader header =
        ResponseHeader.newBuilder().setClusterId(0xcafeL).setMemberId(-1).build();
    etcd.onStatus =
        (request, answer) ->
            reply(
                answer, StatusResponse.newBuilder().setHeader(header).setVersion("3.5.16").build());
    try (EtcdKvStore store = etcd.client().connect()) {
      assertEquals("etcd 3.5.16 (cluster cafe, member ffffffffffffffff)", answer(store.describe()));
    }
  }

  @Test
  void describesAServerThatDoesNotReportItsVersion() throws Exception {
    etcd.onStatus =
        failing(Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied"));
    try (EtcdKvStore store = etcd.client().connect()) {
      assertEquals("etcd (the user may not read its version)", answer(store.describe()));
      answer(store.range(ALL));
    }
  }

  @Test
  void theVersionIsRequestedOnceAtTheOpening() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    etcd.onStatus =
        (request, answer) -> {
          reply(answer, StatusResponse.newBuilder().setVersion("3.5.30").build());
          asked.countDown();
        };
    try (EtcdKvStore store = etcd.client().connect()) {
      assertTrue(asked.await(20, TimeUnit.SECONDS));
      for (int i = 0; i < 5; i++) {
        answer(store.range(ALL));
      }
    }
    assertEquals(1, etcd.requests("Status").size());
  }

  /** etcd serves clients at its peer port, too, so the mistake must be reported. */
  @Test
  void aPeerEndpointIsReported() {
    Member first =
        Member.newBuilder()
            .addPeerURLs("http://10.0.0.1:2380")
            .addClientURLs("http://10.0.0.1:2379")
            .build();
    Member proxied = Member.newBuilder().addClientURLs("127.0.0.1:4000").build();
    List<Member> members = List.of(first, proxied);
    assertEquals(List.of(), ServerCheck.warnings(List.of("a:2379", "b:4000", "c:5000"), members));
    List<String> warnings = ServerCheck.warnings(List.of("a:2379", "etcd-1:2380"), members);
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("etcd-1:2380"), warnings.get(0));
  }

  @Test
  @Timeout(60)
  void afterAFailureTheNextResponseTriggersAnotherRequest() throws Exception {
    CountDownLatch refused = new CountDownLatch(1);
    etcd.onStatus =
        (request, answer) -> {
          answer.onError(Status.UNAVAILABLE.asRuntimeException());
          refused.countDown();
        };
    try (EtcdKvStore store = etcd.client().connect()) {
      assertTrue(refused.await(20, TimeUnit.SECONDS));
      while (etcd.requests("Status").size() < 2) {
        answer(store.range(ALL));
      }
    }
  }
}
