package io.petacore.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The peers that are there: PetaCore, and those in the directories that the build has filled. */
final class Peers {

  /** The reference. */
  static final String PETACORE = PetaCorePeer.class.getSimpleName();

  private final Path directory;

  /**
   * @param directory holds a directory for each class path
   */
  Peers(Path directory) {
    this.directory = directory;
  }

  /** The names of the classes of all, PetaCore's first. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>(List.of(PETACORE));
    for (Path each : classPaths()) {
      services(each).map(service -> service.type().getSimpleName()).forEach(names::add);
    }
    return names;
  }

  /**
   * Makes the one whose class has this name.
   *
   * @throws IllegalArgumentException if there is none
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
    throw new IllegalArgumentException("no " + name + " in " + directory);
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
