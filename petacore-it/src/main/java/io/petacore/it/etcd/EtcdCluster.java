package io.petacore.it.etcd;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The etcd that a test works with: its own, whose members it may hurt, or one that was named in the
 * environment and is only talked to. Faults are for one thread at a time.
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

  /** What clients connect to. */
  public String[] endpoints() {
    return endpoints.toArray(String[]::new);
  }

  /** A namespace that nobody has used before. */
  public String freshNamespace() {
    return "petacore-it/" + run + "-" + namespaces.incrementAndGet() + "/";
  }

  /** A client without PetaCore, of all members. */
  public PlainClient client() {
    return client;
  }

  /** What clients must trust. */
  public TlsFiles tls() {
    if (tls == null) {
      throw new IllegalStateException("this cluster is without TLS: @WithEtcd(tls = true)");
    }
    return tls;
  }

  /** The network between the members, to be hurt. */
  public PeerLinks peerLinks() {
    if (peerLinks == null) {
      throw new IllegalStateException("its members meet without us: @WithEtcd(peerLinks = true)");
    }
    return peerLinks;
  }

  /** The members, to be hurt. */
  public List<Member> members() {
    if (members.isEmpty()) {
      throw new IllegalStateException(
          "this etcd belongs to somebody else; a test that hurts it says @WithEtcd(own = true)");
    }
    return members;
  }

  /** The only member, or the first. */
  public Member member() {
    return members().get(0);
  }

  /** Forgets the history before the newest revision, which it returns. */
  public long compact() {
    members();
    long revision = client.revision();
    client.compact(revision);
    return revision;
  }

  /** Copies the data directories, the members stopped in the middle of whatever they do. */
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

  /** Ends all members and starts them again on the data of a backup. */
  public void restore(Backup backup) {
    members().forEach(Member::kill);
    for (Member member : members()) {
      FileTree.delete(member.layout().data());
      FileTree.copy(backup.of(member), member.layout().data());
    }
    heal();
  }

  /** Starts all members together: none can serve before a majority is there. */
  void startAll() {
    members().forEach(Member::launch);
    members().forEach(Member::awaitReady);
  }

  /** Undoes what was done to the members: all of them run when it returns. */
  public void heal() {
    if (members.stream().allMatch(Member::isRunning)) {
      return;
    }
    members.forEach(Member::beginToHeal);
    members.forEach(Member::start);
  }

  /** What the members printed last. */
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
