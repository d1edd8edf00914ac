package io.petacore.etcd;

import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the server for its version, once, and logs it with what is known to be wrong with it. Where
 * it can't be reached when the store opens, the first answer to any request asks again.
 */
final class ServerCheck {

  private static final Logger log = LoggerFactory.getLogger(ServerCheck.class);

  private final AtomicBoolean asked = new AtomicBoolean();

  /** Asks, if no one has; never waits. */
  void askOnce(Calls calls) {
    if (!asked.get() && asked.compareAndSet(false, true)) {
      var unused = status(calls).whenComplete(this::log);
    }
  }

  private static CompletableFuture<StatusResponse> status(Calls calls) {
    StatusRequest request = StatusRequest.getDefaultInstance();
    return calls.send(MaintenanceGrpc.getStatusMethod(), request, Purpose.READ, answer -> answer);
  }

  private void log(StatusResponse status, @Nullable Throwable failure) {
    if (failure == null) {
      log.info("connected to {}", text(status));
      ServerVersion version = ServerVersion.parse(status.getVersion());
      if (version != null) {
        version.warnings().forEach(w -> log.warn("etcd {}: {}", status.getVersion(), w));
      }
    } else if (isRefused(failure)) {
      log.info("connected to an etcd that does not tell its version: {}", failure.getMessage());
    } else {
      log.debug("etcd was not asked for its version yet", failure);
      asked.set(false);
    }
  }

  /** Who the server is. */
  static CompletableFuture<String> describe(Calls calls) {
    CompletableFuture<String> described = new CompletableFuture<>();
    var unused =
        status(calls)
            .whenComplete(
                (status, failure) -> {
                  if (failure == null) {
                    described.complete(text(status));
                  } else if (isRefused(failure)) {
                    described.complete("etcd (its version is not told to this user)");
                  } else {
                    described.completeExceptionally(failure);
                  }
                });
    return described;
  }

  /** Some versions tell their status to administrators only. */
  private static boolean isRefused(Throwable failure) {
    return failure instanceof StoreException known && known.kind() == Kind.REJECTED;
  }

  private static String text(StatusResponse status) {
    return "etcd "
        + status.getVersion()
        + " (cluster "
        + Long.toHexString(status.getHeader().getClusterId())
        + ", member "
        + Long.toHexString(status.getHeader().getMemberId())
        + ")";
  }
}
