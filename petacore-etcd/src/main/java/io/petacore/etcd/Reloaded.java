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
 * A value made of files, and made again when they have changed. It is looked at for each new
 * connection, so nobody has to watch the files. A change that can't be used, such as one of two
 * files only, is told, and the last value goes on.
 *
 * <p>Safe for use by many threads.
 *
 * @param <T> the value
 */
final class Reloaded<T> {

  /** Makes the value of the files' contents. */
  interface Maker<T> {
    T make(List<byte[]> contents) throws GeneralSecurityException, IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(Reloaded.class);

  private final String what;
  private final List<Path> files;
  private final Maker<T> maker;
  private T value; // guarded by this
  private byte[] made; // guarded by this: the contents that the value was made of
  private byte @Nullable [] refused; // guarded by this: the contents that were told to be unusable

  /**
   * Reads the files.
   *
   * @param what the files are to be used as
   * @throws IllegalArgumentException naming the file, if they can't be used
   */
  Reloaded(String what, List<Path> files, Maker<T> maker) {
    this.what = what;
    this.files = files;
    this.maker = maker;
    try {
      List<byte[]> contents = read();
      value = maker.make(contents);
      made = joined(contents);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException("can't use " + files + " as " + what + ": " + e, e);
    }
  }

  /** The value of the files as they are now, if they can be used. */
  synchronized T current() {
    byte[] now = new byte[0];
    try {
      List<byte[]> contents = read();
      now = joined(contents);
      if (!Arrays.equals(now, made)) {
        value = maker.make(contents);
        made = now;
        refused = null;
        log.info("read {} again, as {}", files, what);
      }
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      if (refused == null || !Arrays.equals(now, refused)) {
        refused = now;
        log.warn("can't use {} as {} now, and go on with what was read before: {}", files, what, e);
      }
    }
    return value;
  }

  /** The last value, without a look at the files. */
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
