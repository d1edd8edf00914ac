package io.petacore.etcd;

import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberListResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the server for its version, once, and logs it with what is known to be wrong with it. Where
 * it can't be reached when the store opens, the first answer to any request asks again.
 */
final class ServerCheck {

  private static final Logger log = LoggerFactory.getLogger(ServerCheck.class);

  private static final Pattern PORT = Pattern.compile(":(\\d{1,5})/?$");
  private static final int NO_PORT = -1;

  private final List<String> endpoints;
  private final AtomicBoolean asked = new AtomicBoolean();

  /**
   * @param endpoints each {@code host:port}
   */
  ServerCheck(List<String> endpoints) {
    this.endpoints = endpoints;
  }

  /** Asks, if no one has; never waits. */
  void askOnce(Calls calls) {
    if (!asked.get() && asked.compareAndSet(false, true)) {
      var unused = status(calls).whenComplete((status, failure) -> log(calls, status, failure));
    }
  }

  private static CompletableFuture<StatusResponse> status(Calls calls) {
    StatusRequest request = StatusRequest.getDefaultInstance();
    return calls.send(MaintenanceGrpc.getStatusMethod(), request, Purpose.READ, answer -> answer);
  }

  private static CompletableFuture<MemberListResponse> members(Calls calls) {
    MemberListRequest request = MemberListRequest.getDefaultInstance();
    return calls.send(ClusterGrpc.getMemberListMethod(), request, Purpose.READ, answer -> answer);
  }

  /**
   * etcd serves clients at the port for its peers, too, so a mistake there goes unnoticed until the
   * peers want certificates of their own.
   */
  private void lookAtMembers(MemberListResponse list, @Nullable Throwable failure) {
    if (failure != null) {
      log.debug("etcd did not tell its members", failure);
      return;
    }
    for (String warning : warnings(endpoints, list.getMembersList())) {
      log.warn(warning);
    }
  }

  /**
   * What is wrong with endpoints.
   *
   * @param endpoints each {@code host:port}
   */
  static List<String> warnings(List<String> endpoints, List<Member> members) {
    Set<Integer> forClients = new HashSet<>();
    Set<Integer> forPeers = new HashSet<>();
    for (Member member : members) {
      member.getClientURLsList().forEach(url -> forClients.add(port(url)));
      member.getPeerURLsList().forEach(url -> forPeers.add(port(url)));
    }
    List<String> warnings = new ArrayList<>();
    for (String endpoint : endpoints) {
      int port = port(endpoint);
      if (port != NO_PORT && forPeers.contains(port) && !forClients.contains(port)) {
        warnings.add(
            "endpoint "
                + endpoint
                + " has the port by which members of the cluster reach each other; clients are to"
                + " use one of the ports "
                + forClients);
      }
    }
    return warnings;
  }

  /** Of a URL, or what a proxy gives out for one. */
  private static int port(String url) {
    Matcher port = PORT.matcher(url);
    return port.find() ? Integer.parseInt(port.group(1)) : NO_PORT;
  }

  private void log(Calls calls, StatusResponse status, @Nullable Throwable failure) {
    if (failure == null) {
      log.info("connected to {}", text(status));
      ServerVersion version = ServerVersion.parse(status.getVersion());
      if (version != null) {
        version.warnings().forEach(w -> log.warn("etcd {}: {}", status.getVersion(), w));
      }
      var unused = members(calls).whenComplete(this::lookAtMembers);
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
