package io.petacore.it.etcd;

import io.petacore.testing.Await;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The etcd cluster of a test: either its own, into whose members it may inject faults, or an
 * existing one from the environment. Methods that inject or heal faults are not thread-safe.
 */
public final class EtcdCluster implements AutoCloseable {

  private final List<String> endpoints;
  private final List<Member> members;
  private final @Nullable TlsFiles tls;
  private final @Nullable PeerLinks peerLinks;
  private final PlainClient client;
  private final Runnable whenClosed;

  private final String run = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
  private final AtomicInteger namespaces = new AtomicInteger();

  private EtcdCluster(
      List<String> endpoints,
      List<Member> members,
      @Nullable TlsFiles tls,
      @Nullable PeerLinks peerLinks,
      Runnable whenClosed) {
    this.endpoints = List.copyOf(endpoints);
    this.members = List.copyOf(members);
    this.tls = tls;
    this.peerLinks = peerLinks;
    this.client = PlainClient.of(endpoints, tls);
    this.whenClosed = whenClosed;
  }

  static EtcdCluster ofMembers(
      List<Member> members,
      @Nullable TlsFiles tls,
      @Nullable PeerLinks peerLinks,
      Runnable whenClosed) {
    return new EtcdCluster(
        members.stream().map(Member::endpoint).toList(), members, tls, peerLinks, whenClosed);
  }

  static EtcdCluster ofEndpoints(List<String> endpoints) {
    return new EtcdCluster(endpoints, List.of(), null, null, () -> {});
  }

  /** The endpoints for clients. */
  public String[] endpoints() {
    return endpoints.toArray(String[]::new);
  }

  /** Returns a new namespace. */
  public String freshNamespace() {
    return "petacore-it/" + run + "-" + namespaces.incrementAndGet() + "/";
  }

  /** A client of all members, independent of PetaCore. */
  public PlainClient client() {
    return client;
  }

  /** The certificates of the servers. */
  public TlsFiles tls() {
    if (tls == null) {
      throw new IllegalStateException("the cluster has no TLS; use @WithEtcd(tls = true)");
    }
    return tls;
  }

  /** The network between the members, for fault injection. */
  public PeerLinks peerLinks() {
    if (peerLinks == null) {
      throw new IllegalStateException(
          "the cluster has no peer links; use @WithEtcd(peerLinks = true)");
    }
    return peerLinks;
  }

  /** The members, for fault injection. */
  public List<Member> members() {
    if (members.isEmpty()) {
      throw new IllegalStateException(
          "the cluster is shared; use @WithEtcd(own = true) to inject faults");
    }
    return members;
  }

  /** Waits for a leader and returns it. */
  public Member leader() {
    return awaitMember("a leader", true);
  }

  /** Waits for a follower and returns it. */
  public Member follower() {
    return awaitMember("a follower", false);
  }

  private Member awaitMember(String what, boolean leader) {
    return Await.value(
        what,
        () ->
            members().stream()
                .filter(member -> member.client().isLeader() == leader)
                .findFirst()
                .orElse(null));
  }

  /** The first member. */
  public Member member() {
    return members().get(0);
  }

  /**
   * Compacts the history up to the newest revision.
   *
   * @return that revision
   */
  public long compact() {
    members();
    long revision = client.revision();
    client.compact(revision);
    return revision;
  }

  /** Copies the data directories while all members are paused. */
  public Backup backup(Path directory) {
    Map<String, Path> copies = new HashMap<>();
    members().forEach(Member::pause);
    for (Member member : members()) {
      Path copy = directory.resolve(member.name());
      FileTree.copy(member.layout().data(), copy);
      copies.put(member.name(), copy);
    }
    members().forEach(Member::resume);
    return new Backup(copies);
  }

  /** Kills all members and restarts them on the data of a backup. */
  public void restore(Backup backup) {
    members().forEach(Member::kill);
    for (Member member : members()) {
      FileTree.delete(member.layout().data());
      FileTree.copy(backup.of(member), member.layout().data());
    }
    heal();
  }

  /** Starts all members together, since none serves before a majority runs. */
  void startAll() {
    members().forEach(Member::launch);
    members().forEach(Member::awaitReady);
  }

  /** Resumes and restarts members, and returns when all of them run. */
  public void heal() {
    if (members.stream().allMatch(Member::isRunning)) {
      return;
    }
    members.forEach(Member::startHealing);
    members.forEach(Member::start);
  }

  /** The end of the log of each member. */
  public String log() {
    return members.stream()
        .map(member -> "---- " + member.name() + "\n" + member.log())
        .collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    members.forEach(Member::kill);
    whenClosed.run();
  }
}
