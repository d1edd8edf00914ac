package io.petacore.it.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts clusters with data in a temporary directory and logs in {@code target/etcd-logs}. If a
 * port of a member is taken, all members get new ports.
 */
final class ClusterStarter {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterStarter.class);
  private static final Path LOGS = Path.of("target", "etcd-logs").toAbsolutePath();
  private static final int ATTEMPTS = 5;
  private static final AtomicInteger STARTED = new AtomicInteger();

  private final Launcher launcher;

  ClusterStarter(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Starts a cluster and returns when all members serve requests. */
  EtcdCluster start(ClusterSpec spec, String name) {
    PortTakenException last = null;
    for (int i = 0; i < ATTEMPTS; i++) {
      EtcdCluster cluster = launch(spec, name);
      try {
        cluster.startAll();
        LOG.info(
            "{}: {} of {}, version {}",
            name,
            String.join(" ", cluster.endpoints()),
            launcher.description(),
            cluster.client().version());
        return cluster;
      } catch (PortTakenException e) {
        last = e;
        cluster.close();
      } catch (RuntimeException | Error e) {
        cluster.close();
        throw e;
      }
    }
    throw new IllegalStateException("the ports were taken in all attempts", last);
  }

  private EtcdCluster launch(ClusterSpec spec, String name) {
    if (spec.peerLinks() && !launcher.isOnLoopback()) {
      throw new IllegalStateException(
          "proxies between members require an etcd program, not " + launcher.description());
    }
    String unique = name + "-" + ProcessHandle.current().pid() + "-" + STARTED.incrementAndGet();
    Path directory = createDirectories(unique);
    Launcher.Network network = launcher.network();
    List<MemberLayout> layouts = new ArrayList<>();
    for (int i = 1; i <= spec.members(); i++) {
      layouts.add(
          new MemberLayout(
              "m" + i,
              FreePorts.next(),
              FreePorts.next(),
              directory,
              LOGS.resolve(unique + "-m" + i + ".log")));
    }
    TlsFiles tls = spec.tls() ? TlsFiles.create(directory) : null;
    PeerLinks links = spec.peerLinks() ? PeerLinks.between(layouts) : null;
    String peers =
        layouts.stream()
            .map(member -> member.name() + "=" + peerUrl(network, links, member))
            .collect(Collectors.joining(","));
    List<Member> members =
        layouts.stream()
            .map(
                layout ->
                    new Member(
                        network,
                        layout,
                        arguments(
                            spec, network, layout, peerUrl(network, links, layout), peers, tls),
                        links == null ? Map.of() : links.environment(layout),
                        tls))
            .toList();
    return EtcdCluster.ofMembers(
        members,
        tls,
        links,
        () -> {
          if (links != null) {
            links.close();
          }
          network.close();
          FileTree.delete(directory);
        });
  }

  private static Path createDirectories(String unique) {
    try {
      Files.createDirectories(LOGS);
      return Files.createTempDirectory("petacore-" + unique + "-").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> arguments(
      ClusterSpec spec,
      Launcher.Network network,
      MemberLayout layout,
      String peerUrl,
      String peers,
      @Nullable TlsFiles tls) {
    String scheme = tls == null ? "http" : "https";
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--name=" + layout.name(),
                "--data-dir=" + layout.data(),
                "--listen-client-urls="
                    + "%s://%s:%d".formatted(scheme, network.bindHost(), layout.clientPort()),
                "--advertise-client-urls="
                    + "%s://127.0.0.1:%d".formatted(scheme, layout.clientPort()),
                "--listen-peer-urls="
                    + "http://%s:%d".formatted(network.bindHost(), layout.peerPort()),
                "--initial-advertise-peer-urls=" + peerUrl,
                "--initial-cluster=" + peers,
                "--initial-cluster-token=" + layout.home().getFileName(),
                "--logger=zap"));
    if (tls != null) {
      arguments.add("--cert-file=" + tls.certificate());
      arguments.add("--key-file=" + tls.key());
    }
    arguments.addAll(spec.flags());
    return arguments;
  }

  private static String peerUrl(
      Launcher.Network network, @Nullable PeerLinks links, MemberLayout member) {
    String host = links == null ? network.peerHost(member.name()) : PeerLinks.HOST;
    return "http://%s:%d".formatted(host, member.peerPort());
  }
}
