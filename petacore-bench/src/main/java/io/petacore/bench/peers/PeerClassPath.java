package io.petacore.bench.peers;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The class loader of one peer: the jars of a directory. Of PetaCore's class path it sees only this
 * package.
 */
final class PeerClassPath extends URLClassLoader {

  private static final String SHARED = Peer.class.getPackageName();

  private PeerClassPath(URL[] jars) {
    super(jars, ClassLoader.getPlatformClassLoader());
  }

  static PeerClassPath of(Path directory) throws IOException {
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
        jars.add(file.toUri().toURL());
      }
    }
    return new PeerClassPath(jars.toArray(URL[]::new));
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    boolean isShared = name.substring(0, Math.max(0, name.lastIndexOf('.'))).equals(SHARED);
    return isShared ? Class.forName(name) : super.findClass(name);
  }
}
