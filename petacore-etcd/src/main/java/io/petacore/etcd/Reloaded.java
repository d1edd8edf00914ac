package io.petacore.etcd;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value created from files, and created again when they have changed. The files are checked for
 * each new connection. If the new contents are unusable, for example because only one of two files
 * was replaced, this is logged and the last value is kept.
 *
 * <p>Thread-safe.
 *
 * @param <T> the value
 */
final class Reloaded<T> {

  /** Creates the value from the contents of the files. */
  interface Maker<T> {
    T make(List<byte[]> contents) throws GeneralSecurityException, IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(Reloaded.class);

  private final String what;
  private final List<Path> files;
  private final Maker<T> maker;

  @GuardedBy("this")
  private T value;

  /** The contents from which the value was created. */
  @GuardedBy("this")
  private byte[] loaded;

  /** The last contents that were logged as unusable. */
  @GuardedBy("this")
  private byte @Nullable [] unusable;

  /**
   * Reads the files.
   *
   * @param what the use of the files, for messages
   * @throws IllegalArgumentException if the files are unusable; the message names them
   */
  Reloaded(String what, List<Path> files, Maker<T> maker) {
    this.what = what;
    this.files = files;
    this.maker = maker;
    try {
      List<byte[]> contents = read();
      value = maker.make(contents);
      loaded = joined(contents);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException("cannot use " + files + " as " + what + ": " + e, e);
    }
  }

  /**
   * Returns the value for the current contents of the files, if they are usable, else the last
   * value.
   */
  synchronized T current() {
    byte[] now = new byte[0];
    try {
      List<byte[]> contents = read();
      now = joined(contents);
      if (!Arrays.equals(now, loaded)) {
        value = maker.make(contents);
        loaded = now;
        unusable = null;
        log.info("reloaded {} as {}", files, what);
      }
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      if (unusable == null || !Arrays.equals(now, unusable)) {
        unusable = now;
        log.warn(
            "cannot use the changed {} as {}; the previous contents stay in use: {}",
            files,
            what,
            e);
      }
    }
    return value;
  }

  /** Returns the last value without checking the files. */
  synchronized T last() {
    return value;
  }

  private List<byte[]> read() throws IOException {
    byte[][] contents = new byte[files.size()][];
    for (int i = 0; i < contents.length; i++) {
      contents[i] = Files.readAllBytes(files.get(i));
    }
    return List.of(contents);
  }

  private static byte[] joined(List<byte[]> contents) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    contents.forEach(joined::writeBytes);
    return joined.toByteArray();
  }
}
