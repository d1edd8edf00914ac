package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Status;
import io.grpc.Status.Code;
import io.petacore.store.StoreException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OutcomeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # code             | text                                     | commit          | read
          INVALID_ARGUMENT   | etcdserver: duplicate key given          | REJECTED        | REJECTED
          INVALID_ARGUMENT   | etcdserver: too many operations          | REJECTED        | REJECTED
          PERMISSION_DENIED  | etcdserver: permission denied            | REJECTED        | REJECTED
          UNAUTHENTICATED    | etcdserver: invalid auth token           | REJECTED        | REJECTED
          FAILED_PRECONDITION| etcdserver: not now                      | REJECTED        | REJECTED
          NOT_FOUND          | etcdserver: requested lease not found    | LEASE_NOT_FOUND | LEASE_NOT_FOUND
          NOT_FOUND          | etcdserver: member not found             | REJECTED        | REJECTED
          OUT_OF_RANGE       | etcdserver: mvcc: required revision has been compacted      | COMPACTED | COMPACTED
          OUT_OF_RANGE       | etcdserver: mvcc: required revision is a future revision | FUTURE_REVISION | FUTURE_REVISION
          OUT_OF_RANGE       | etcdserver: too large lease TTL          | REJECTED        | REJECTED
          UNAVAILABLE        | etcdserver: no leader                    | UNAVAILABLE     | UNAVAILABLE
          UNKNOWN            | etcdserver: too many requests            | UNAVAILABLE     | UNAVAILABLE
          RESOURCE_EXHAUSTED | etcdserver: too many requests            | UNAVAILABLE     | UNAVAILABLE
          RESOURCE_EXHAUSTED | grpc: received message larger than max (2 vs. 1)        | REJECTED | REJECTED
          RESOURCE_EXHAUSTED | gRPC message exceeds maximum size 10: 12 | OUTCOME_UNKNOWN | TOO_LARGE
          RESOURCE_EXHAUSTED | grpc: trying to send message larger than max (3 vs. 2) | OUTCOME_UNKNOWN | TOO_LARGE
          RESOURCE_EXHAUSTED | etcdserver: mvcc: database space exceeded | OUTCOME_UNKNOWN | UNAVAILABLE
          UNAVAILABLE        | etcdserver: request timed out            | OUTCOME_UNKNOWN | UNAVAILABLE
          UNAVAILABLE        | etcdserver: leader changed               | OUTCOME_UNKNOWN | UNAVAILABLE
          UNAVAILABLE        | etcdserver: server stopped               | OUTCOME_UNKNOWN | UNAVAILABLE
          UNAVAILABLE        | io exception                             | OUTCOME_UNKNOWN | UNAVAILABLE
          DEADLINE_EXCEEDED  | gone                                     | OUTCOME_UNKNOWN | UNAVAILABLE
          CANCELLED          | gone                                     | OUTCOME_UNKNOWN | UNAVAILABLE
          INTERNAL           | stream reset                             | OUTCOME_UNKNOWN | UNAVAILABLE
          DATA_LOSS          | gone                                     | OUTCOME_UNKNOWN | UNAVAILABLE
          UNKNOWN            | context canceled                         | OUTCOME_UNKNOWN | UNAVAILABLE
          ABORTED            | gone                                     | OUTCOME_UNKNOWN | UNAVAILABLE
          UNIMPLEMENTED      | unknown service                          | OUTCOME_UNKNOWN | UNAVAILABLE
          """)
  void classifiesFailuresByTheirEffect(Code code, String text, Kind commit, Kind read) {
    Status status = code.toStatus().withDescription(text);
    assertEquals(commit, Outcome.kind(status, Purpose.COMMIT, true));
    assertEquals(read, Outcome.kind(status, Purpose.READ, true));
    assertEquals(read, Outcome.kind(status, Purpose.LEASE, true));
  }

  /** A failure with an unknown message must not be reported as not applied. */
  @Test
  void matchesTheWholeMessage() {
    Status status = Status.UNAVAILABLE.withDescription("proxy: etcdserver: no leader, or so");
    assertEquals(Kind.OUTCOME_UNKNOWN, Outcome.kind(status, Purpose.COMMIT, true));
  }

  @ParameterizedTest
  @EnumSource(
      value = Code.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"OK"})
  void aRequestThatWasNotSentIsNotAppliedRegardlessOfTheFailure(Code code) {
    assertEquals(Kind.UNAVAILABLE, Outcome.kind(code.toStatus(), Purpose.COMMIT, false));
    assertEquals(Kind.UNAVAILABLE, Outcome.kind(code.toStatus(), Purpose.READ, false));
  }

  @Test
  void aCloseKeepsUnknownOutcomesAndRejections() {
    assertEquals(Kind.CLOSED, Outcome.whenClosing(Kind.UNAVAILABLE));
    assertEquals(Kind.OUTCOME_UNKNOWN, Outcome.whenClosing(Kind.OUTCOME_UNKNOWN));
    assertEquals(Kind.REJECTED, Outcome.whenClosing(Kind.REJECTED));
  }

  @Test
  void aFailureWithoutADescriptionHasAMessage() {
    assertEquals(
        "Txn: no response from etcd; the outcome is unknown: UNAVAILABLE: ",
        Outcome.failure("Txn", Kind.OUTCOME_UNKNOWN, Status.UNAVAILABLE).getMessage());
  }

  @Test
  void aMessageHasNoStackTrace() {
    Status status =
        Status.DEADLINE_EXCEEDED.withDescription(
            "last: refused\n\tat a.B.c(B.java:1)\nCaused by: x\n\t... 3 more\n}, waited");
    assertEquals(
        "Txn: etcd is unavailable: DEADLINE_EXCEEDED: last: refused Caused by: x }, waited",
        Outcome.failure("Txn", Kind.UNAVAILABLE, status).getMessage());
  }
}
