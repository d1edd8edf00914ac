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
 * Requests the version of the server once, and logs it with known bugs. If the server is
 * unreachable when the store opens, the first response to any request triggers it again.
 */
final class ServerCheck {

  private static final Logger log = LoggerFactory.getLogger(ServerCheck.class);

  private static final Pattern PORT = Pattern.compile(":(\\d{1,5})/?$");
  private static final int NO_PORT = -1;

  private final List<String> endpoints;
  private final AtomicBoolean requested = new AtomicBoolean();

  /**
   * @param endpoints each {@code host:port}
   */
  ServerCheck(List<String> endpoints) {
    this.endpoints = endpoints;
  }

  /** Requests the version unless that was done; does not block. */
  void checkOnce(Calls calls) {
    if (!requested.get() && requested.compareAndSet(false, true)) {
      var unused = status(calls).whenComplete((status, failure) -> log(calls, status, failure));
    }
  }

  private static CompletableFuture<StatusResponse> status(Calls calls) {
    StatusRequest request = StatusRequest.getDefaultInstance();
    return calls.send(
        MaintenanceGrpc.getStatusMethod(), request, Purpose.READ, response -> response);
  }

  private static CompletableFuture<MemberListResponse> members(Calls calls) {
    MemberListRequest request = MemberListRequest.getDefaultInstance();
    return calls.send(
        ClusterGrpc.getMemberListMethod(), request, Purpose.READ, response -> response);
  }

  /**
   * Warns of peer ports: etcd also serves clients there, so the mistake shows only when peers
   * require certificates.
   */
  private void checkMembers(MemberListResponse list, @Nullable Throwable failure) {
    if (failure != null) {
      log.debug("etcd did not return its members", failure);
      return;
    }
    for (String warning : warnings(endpoints, list.getMembersList())) {
      log.warn(warning);
    }
  }

  /**
   * Returns warnings about endpoints.
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
                + " has the peer port of a member; clients must use one of the ports "
                + forClients);
      }
    }
    return warnings;
  }

  /** Returns the port of a URL or of what a proxy reports as a URL. */
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
      var unused = members(calls).whenComplete(this::checkMembers);
    } else if (isRejected(failure)) {
      // Normal for restricted users: some versions return their status to administrators only.
      log.debug("etcd does not report its version to this user", failure);
    } else {
      log.debug("the version of etcd is not known yet", failure);
      requested.set(false);
    }
  }

  /** Describes the server. */
  static CompletableFuture<String> describe(Calls calls) {
    CompletableFuture<String> described = new CompletableFuture<>();
    var unused =
        status(calls)
            .whenComplete(
                (status, failure) -> {
                  if (failure == null) {
                    described.complete(text(status));
                  } else if (isRejected(failure)) {
                    described.complete("etcd (the user may not read its version)");
                  } else {
                    described.completeExceptionally(failure);
                  }
                });
    return described;
  }

  /** Some versions of etcd return their status to administrators only. */
  private static boolean isRejected(Throwable failure) {
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
