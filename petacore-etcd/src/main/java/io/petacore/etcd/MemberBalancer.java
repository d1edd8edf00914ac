package io.petacore.etcd;

import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.SynchronizationContext.ScheduledHandle;
import io.petacore.etcd.MemberPicker.Connected;
import io.petacore.store.StoreException.Kind;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to all reachable members, records why others are unreachable, and updates the picker.
 *
 * <p>A connection on which a request timed out in silence is replaced: a server that hangs does not
 * complete the handshake of a new one, so that it gets no requests until it responds. Calls on the
 * old connection continue, in case the server was only slow.
 *
 * <p>Confined to the synchronization context of the channel.
 */
final class MemberBalancer extends LoadBalancer {

  /** The name of the load balancing policy. */
  static final String POLICY = "petacore_etcd_members";

  /**
   * Settings for connections.
   *
   * @param bound timeout of one attempt to connect
   * @param tls whether connections use TLS
   * @param silences detects members that hang
   */
  record Connecting(Duration bound, boolean tls, SilenceDetector silences) {
    /** Timeout until the server has sent its HTTP/2 settings on a new connection. */
    Duration greetingTimeout() {
      return bound.multipliedBy(2);
    }
  }

  /** Passes the settings from the channel to the balancer. */
  static final NameResolver.Args.Key<Connecting> CONNECTING =
      NameResolver.Args.Key.create("petacore-connecting");

  private static final Logger log = LoggerFactory.getLogger(MemberBalancer.class);

  static {
    LoadBalancerRegistry.getDefaultRegistry().register(new Provider());
  }

  private final Helper helper;
  private final Connecting how;
  private final Executor waitingExecutor;
  private Map<EquivalentAddressGroup, Address> addresses = new LinkedHashMap<>();
  private @Nullable Obstacle unresolved;

  private MemberBalancer(Helper helper) {
    this.helper = helper;
    this.how = Objects.requireNonNull(helper.getNameResolverArgs().getArg(CONNECTING));
    this.waitingExecutor =
        Objects.requireNonNull(helper.getNameResolverArgs().getOffloadExecutor());
  }

  @Override
  public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
    unresolved = null;
    Map<EquivalentAddressGroup, Address> next = new LinkedHashMap<>();
    for (EquivalentAddressGroup group : resolved.getAddresses()) {
      Address known = addresses.remove(group);
      next.put(group, known == null ? new Address(group) : known);
    }
    addresses.values().forEach(Address::disconnect);
    addresses = next;
    addresses.values().forEach(Address::connect);
    update();
    return Status.OK;
  }

  @Override
  public void handleNameResolutionError(Status error) {
    unresolved = new Obstacle(Kind.UNAVAILABLE, Outcome.text(error), error.getCause());
    update();
  }

  @Override
  public void shutdown() {
    addresses.values().forEach(Address::disconnect);
    addresses = new LinkedHashMap<>();
  }

  private void update() {
    List<Connected> connected = new ArrayList<>();
    List<Obstacle> obstacles = new ArrayList<>();
    boolean connecting = false;
    for (Address address : addresses.values()) {
      Subchannel subchannel = address.subchannel;
      if (address.ready && subchannel != null) {
        connected.add(new Connected(address.member, subchannel));
      } else if (address.failure != null) {
        obstacles.add(address.failure);
      } else {
        connecting = true;
        obstacles.add(Obstacle.waiting(address.member.name() + ": not connected yet"));
      }
    }
    how.silences().connected(connected.stream().map(Connected::member).toList());
    if (!connected.isEmpty()) {
      helper.updateBalancingState(ConnectivityState.READY, new MemberPicker(connected));
      return;
    }
    if (addresses.isEmpty()) {
      if (unresolved == null) {
        return; // closed
      }
      obstacles.add(unresolved);
    }
    helper.updateBalancingState(
        connecting ? ConnectivityState.CONNECTING : ConnectivityState.TRANSIENT_FAILURE,
        MemberPicker.unavailable(Obstacle.of(obstacles), connecting));
  }

  /** An address and the connection to it. */
  private final class Address implements Member.Listener {
    private final EquivalentAddressGroup group;
    private final Member member;
    private @Nullable Subchannel subchannel;
    private boolean ready;

    /** Why the last attempt failed; null if it succeeded or none has completed. */
    private @Nullable Obstacle failure;

    private @Nullable String lastWarning;
    private boolean probing;
    private @Nullable ScheduledHandle greetingTimer;

    Address(EquivalentAddressGroup group) {
      this.group = group;
      this.member = new Member(name(group), System::nanoTime, this);
    }

    void connect() {
      if (subchannel != null) {
        return;
      }
      Subchannel created =
          helper.createSubchannel(CreateSubchannelArgs.newBuilder().setAddresses(group).build());
      subchannel = created;
      ready = false;
      created.start(info -> changed(created, info));
      created.requestConnection();
    }

    void disconnect() {
      Subchannel last = subchannel;
      subchannel = null;
      ready = false;
      expectNoGreeting();
      if (last != null) {
        last.shutdown();
      }
    }

    private void changed(Subchannel of, ConnectivityStateInfo info) {
      if (of != subchannel) {
        return;
      }
      ConnectivityState state = info.getState();
      ready = state == ConnectivityState.READY;
      if (state != ConnectivityState.CONNECTING) {
        expectNoGreeting();
      }
      switch (state) {
        case READY -> {
          failure = null;
          lastWarning = null;
        }
        case CONNECTING -> expectGreeting();
        case TRANSIENT_FAILURE -> {
          Obstacle why = Obstacle.of(member.name(), info.getStatus());
          boolean unexplained = Obstacle.isUnexplained(info.getStatus());
          if (unexplained) {
            probe(of, why);
          }
          // The result of the last probe holds until the next one.
          if (failure == null || failure.kind() != Kind.MISCONFIGURED || !unexplained) {
            failed(why);
          }
          helper.refreshNameResolution();
        }
        case IDLE -> {
          of.requestConnection();
          helper.refreshNameResolution();
        }
        case SHUTDOWN -> {}
      }
      update();
    }

    private void failed(Obstacle why) {
      failure = why;
      if (why.kind() == Kind.MISCONFIGURED && !why.reason().equals(lastWarning)) {
        lastWarning = why.reason();
        log.warn("an endpoint is misconfigured: {}", why.reason());
      } else {
        log.debug("connection failed: {}", why.reason());
      }
    }

    /** Probes why the server closed the connection without a message. */
    private void probe(Subchannel of, Obstacle otherwise) {
      if (probing) {
        return;
      }
      probing = true;
      waitingExecutor.execute(
          () -> {
            String reason =
                ProtocolProbe.misconfiguration(socketAddress(group), how.tls(), how.bound());
            helper
                .getSynchronizationContext()
                .execute(
                    () -> {
                      probing = false;
                      if (of == subchannel && failure != null) {
                        failed(
                            reason == null
                                ? otherwise
                                : new Obstacle(
                                    Kind.MISCONFIGURED, member.name() + ": " + reason, null));
                        update();
                      }
                    });
          });
    }

    private void expectGreeting() {
      if (greetingTimer == null) {
        greetingTimer =
            helper
                .getSynchronizationContext()
                .schedule(
                    this::notGreeted, how.greetingTimeout(), helper.getScheduledExecutorService());
      }
    }

    private void expectNoGreeting() {
      if (greetingTimer != null) {
        greetingTimer.cancel();
        greetingTimer = null;
      }
    }

    /** Fails an attempt that the server accepted without a response, since it would never end. */
    private void notGreeted() {
      failed(
          Obstacle.waiting(
              member.name() + ": no response on a new connection for " + how.greetingTimeout()));
      reconnect();
    }

    @Override
    public void requestSent() {
      how.silences().requestSent();
    }

    @Override
    public void hangs() {
      helper
          .getSynchronizationContext()
          .execute(
              () -> {
                if (subchannel != null && ready) {
                  log.warn("{} does not respond; it gets no requests until it does", member.name());
                  failed(Obstacle.waiting(member.name() + ": the server did not respond in time"));
                  reconnect();
                }
              });
    }

    private void reconnect() {
      disconnect();
      connect();
      update();
    }
  }

  private static InetSocketAddress socketAddress(EquivalentAddressGroup group) {
    return (InetSocketAddress) group.getAddresses().get(0);
  }

  private static String name(EquivalentAddressGroup group) {
    InetSocketAddress address = socketAddress(group);
    String endpoint = Objects.requireNonNull(group.getAttributes().get(EndpointResolver.ENDPOINT));
    String numbers = address.getAddress().getHostAddress();
    return endpoint.startsWith(numbers) || endpoint.startsWith("[")
        ? endpoint
        : endpoint + " (" + numbers + ")";
  }

  private static final class Provider extends LoadBalancerProvider {
    @Override
    public boolean isAvailable() {
      return true;
    }

    @Override
    public int getPriority() {
      return 5;
    }

    @Override
    public String getPolicyName() {
      return POLICY;
    }

    @Override
    public LoadBalancer newLoadBalancer(Helper helper) {
      return new MemberBalancer(helper);
    }
  }
}
