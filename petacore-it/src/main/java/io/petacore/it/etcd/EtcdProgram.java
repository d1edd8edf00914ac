package io.petacore.it.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An etcd process that is not a voting member: a gRPC proxy or a learner. */
public final class EtcdProgram implements AutoCloseable {

  private final ChildProcess process;
  private final String endpoint;

  private EtcdProgram(ChildProcess process, String endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /** Starts a gRPC proxy in front of a cluster. */
  public static EtcdProgram grpcProxy(EtcdCluster cluster) {
    String address = "127.0.0.1:" + FreePorts.next();
    return start(
        address,
        List.of(
            "grpc-proxy",
            "start",
            "--endpoints=" + String.join(",", cluster.endpoints()),
            "--listen-addr=" + address,
            "--advertise-client-url=" + address));
  }

  /** Adds a learner, a member without a vote, and starts it. */
  public static EtcdProgram learner(EtcdCluster cluster, Path data) {
    String peer = "http://127.0.0.1:" + FreePorts.next();
    String address = "127.0.0.1:" + FreePorts.next();
    cluster
        .client()
        .call(
            "/v3/cluster/member/add", "{\"peerURLs\":[\"%s\"],\"isLearner\":true}".formatted(peer));
    List<String> members = new ArrayList<>();
    for (Member member : cluster.members()) {
      members.add(member.name() + "=http://127.0.0.1:" + member.layout().peerPort());
    }
    members.add("learner=" + peer);
    return start(
        address,
        List.of(
            "--name=learner",
            "--data-dir=" + data,
            "--listen-client-urls=http://" + address,
            "--advertise-client-urls=http://" + address,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=" + String.join(",", members),
            "--initial-cluster-state=existing",
            "--logger=zap"));
  }

  private static EtcdProgram start(String address, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(
        EtcdSource.ofEnvironment()
            .program()
            .orElseThrow(() -> new IllegalStateException("this test requires an etcd program"))
            .toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCD"));
    try {
      return new EtcdProgram(new ChildProcess(builder.start()), "http://" + address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The endpoint for clients, a URL. */
  public String endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    process.kill();
  }
}
