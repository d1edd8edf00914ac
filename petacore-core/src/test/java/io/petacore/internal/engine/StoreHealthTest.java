package io.petacore.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.internal.engine.StoreHealth.Request;
import io.petacore.internal.format.Namespace;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.LogCapture;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An incident is logged once, with its reason, and so is its end. */
class StoreHealthTest {
  private final LogCapture log = new LogCapture();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final StoreHealth health = new StoreHealth(Namespace.of("shop/"), scheduler);

  @AfterEach
  void close() {
    log.close();
  }

  private void fail(Request request, Kind kind) {
    health.failed(request, new StoreException(kind, "no route to etcd-1:2379", null));
  }

  private int warnings() {
    return log.lines("WARN", "shop/").size();
  }

  private int recoveries() {
    return log.lines("INFO", "answers again").size();
  }

  @Test
  void anIncidentIsLoggedOnceAndSoIsItsEnd() {
    health.succeeded(Request.READ);
    for (int second = 0; second < 60; second++) {
      fail(Request.READ, Kind.UNAVAILABLE);
      fail(Request.WATCH, Kind.UNAVAILABLE);
      assertEquals(second <= 2 ? 0 : 1, second == 2 ? 0 : warnings(), "after " + second + " s");
      scheduler.advance(Duration.ofSeconds(1));
    }
    assertTrue(log.lines("WARN", "no route to etcd-1:2379").get(0).contains("reads"));
    health.succeeded(Request.READ);
    assertEquals(0, recoveries(), "the watch has not succeeded yet");
    health.succeeded(Request.WATCH);
    assertEquals(1, recoveries());
    assertTrue(log.lines("INFO", "after 60 s").size() == 1);
  }

  @Test
  void aShortIncidentIsNotLogged() {
    fail(Request.READ, Kind.UNAVAILABLE);
    fail(Request.READ, Kind.UNAVAILABLE);
    scheduler.advance(Duration.ofMillis(1900));
    health.succeeded(Request.READ);
    scheduler.advance(Duration.ofMinutes(1));
    assertEquals(0, warnings());
    assertEquals(0, recoveries());
  }

  @Test
  void aFailedRequestThatIsNotRepeatedIsForgotten() {
    fail(Request.COMMIT, Kind.UNAVAILABLE);
    for (int second = 0; second < 40; second++) {
      scheduler.advance(Duration.ofSeconds(1));
      health.succeeded(Request.SESSION);
    }
    assertEquals(0, warnings());
    for (int second = 0; second < 10; second++) {
      fail(Request.COMMIT, Kind.OUTCOME_UNKNOWN);
      scheduler.advance(Duration.ofSeconds(1));
      health.succeeded(Request.SESSION);
    }
    assertEquals(1, warnings(), "commits fail, though the session is fine");
  }

  @Test
  void aStoreThatNeverAnswersIsLogged() {
    health.expectContact();
    scheduler.advance(Duration.ofSeconds(10));
    assertEquals(1, warnings());
    assertNull(health.lastContact());
  }

  @Test
  void refusalsAreContact() {
    fail(Request.SESSION, Kind.LEASE_NOT_FOUND);
    fail(Request.WATCH, Kind.COMPACTED);
    fail(Request.READ, Kind.FUTURE_REVISION);
    fail(Request.COMMIT, Kind.REJECTED);
    assertNull(health.lastFailure(), "none is a failure of the store");
    assertNotNull(health.lastContact());
    assertFalse(health.refused().isDone());
    fail(Request.WATCH, Kind.REJECTED);
    assertTrue(health.refused().isCompletedExceptionally());
    StoreHealth.Failure failure = health.lastFailure();
    assertNotNull(failure);
    assertEquals("no route to etcd-1:2379", failure.reason());
    assertTrue(Duration.between(failure.at(), Instant.now()).toSeconds() < 60);
  }

  /** A method with a default that is not overridden would never reach the store. */
  @Test
  void everyRequestIsForwarded() throws Exception {
    for (Method method : KvStore.class.getMethods()) {
      Class<?> declaring =
          ObservedStore.class
              .getMethod(method.getName(), method.getParameterTypes())
              .getDeclaringClass();
      assertEquals(ObservedStore.class, declaring, () -> "not forwarded: " + method);
    }
  }
}
