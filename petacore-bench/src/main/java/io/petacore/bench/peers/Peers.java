package io.petacore.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The available peers: PetaCore and the peers that the build has put into a directory. */
final class Peers {

  /** The class name of the reference. */
  static final String PETACORE = PetaCorePeer.class.getSimpleName();

  private final Path directory;

  /**
   * @param directory the directory with one subdirectory per class path
   */
  Peers(Path directory) {
    this.directory = directory;
  }

  /** Returns the simple class names of all peers, PetaCore's first. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>(List.of(PETACORE));
    for (Path each : classPaths()) {
      services(each).map(service -> service.type().getSimpleName()).forEach(names::add);
    }
    return names;
  }

  /**
   * Creates the peer with a simple class name.
   *
   * @throws IllegalArgumentException if no peer has this name
   */
  Peer get(String name) throws IOException {
    if (name.equals(PETACORE)) {
      return new PetaCorePeer();
    }
    for (Path each : classPaths()) {
      for (ServiceLoader.Provider<Peer> service : services(each).toList()) {
        if (service.type().getSimpleName().equals(name)) {
          Thread.currentThread().setContextClassLoader(service.type().getClassLoader());
          return service.get();
        }
      }
    }
    throw new IllegalArgumentException("no peer " + name + " in " + directory);
  }

  private List<Path> classPaths() throws IOException {
    try (Stream<Path> directories = Files.list(directory)) {
      return directories.sorted().toList();
    }
  }

  private static Stream<ServiceLoader.Provider<Peer>> services(Path jars) throws IOException {
    return ServiceLoader.load(Peer.class, PeerClassPath.of(jars)).stream();
  }
}
