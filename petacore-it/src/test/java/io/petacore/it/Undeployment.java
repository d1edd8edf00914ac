package io.petacore.it;

import io.petacore.DistributedStorage;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.io.File;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;

/**
 * Simulates an application server: it deploys an application with the library in its own class
 * loader, runs it on threads of the server, and undeploys it. A thread-local that a thread of the
 * server still holds would keep all classes of the application.
 */
public final class Undeployment implements AutoCloseable {

  private static final int SERVER_THREADS = 3;
  private static final long COLLECTION_MILLIS = 100;

  private final URL[] classPath;
  private final List<ExecutorService> server = new ArrayList<>();

  /**
   * @param classPath as in {@code java.class.path}
   */
  public Undeployment(String classPath) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    this.classPath = urls.toArray(URL[]::new);
    for (int i = 0; i < SERVER_THREADS; i++) {
      ExecutorService thread = Executors.newSingleThreadExecutor();
      // Starts the thread before the application, so that it inherits nothing from it.
      thread.submit(() -> {}).get();
      server.add(thread);
    }
  }

  /**
   * Deploys and undeploys an application that uses the storage on every thread of the server.
   *
   * @return whether its class loader was collected within the timeout
   */
  public boolean isCollected(Duration timeout, List<String> endpointAndFiles) throws Exception {
    ReferenceQueue<ClassLoader> collected = new ReferenceQueue<>();
    WeakReference<ClassLoader> loader = new WeakReference<>(deployed(endpointAndFiles), collected);
    long end = System.nanoTime() + timeout.toNanos();
    do {
      System.gc();
      if (collected.remove(COLLECTION_MILLIS) == loader) {
        return true;
      }
    } while (System.nanoTime() - end < 0);
    return false;
  }

  private ClassLoader deployed(List<String> endpointAndFiles) throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      @SuppressWarnings("unchecked")
      BiConsumer<List<String>, List<ExecutorService>> application =
          (BiConsumer<List<String>, List<ExecutorService>>)
              loader.loadClass(Application.class.getName()).getDeclaredConstructor().newInstance();
      application.accept(endpointAndFiles, server);
      return loader;
    }
  }

  @Override
  public void close() {
    server.forEach(ExecutorService::shutdown);
  }

  /** The deployed application. The class loader of the server does not load this class. */
  public static final class Application implements BiConsumer<List<String>, List<ExecutorService>> {

    @Override
    public void accept(List<String> endpointAndFiles, List<ExecutorService> server) {
      EtcdKvStore store = on(server.get(0), () -> connect(endpointAndFiles));
      DistributedStorage storage =
          on(
              server.get(1),
              () -> DistributedStorage.builder(store).namespace("undeployment/").open());
      for (ExecutorService thread : server) {
        on(thread, () -> use(storage));
      }
      on(server.get(2), () -> close(storage, store));
    }

    private static EtcdKvStore connect(List<String> endpointAndFiles) {
      EtcdKvStore.Builder builder = EtcdKvStore.builder().endpoints(endpointAndFiles.get(0));
      if (endpointAndFiles.size() > 1) {
        builder.trustedCertificates(Path.of(endpointAndFiles.get(1)));
      }
      return builder.connect();
    }

    private static boolean use(DistributedStorage storage) throws Exception {
      storage.runTransaction(tx -> tx.write("a", "1").write("b", tx.read("a") + "2"));
      storage.runTransactionAsync(TransactionOptions.defaults(), tx -> tx.delete("a")).get();
      try (Snapshot snapshot = storage.snapshot()) {
        int length = 0;
        for (Entry entry : snapshot.scan(KeyRange.all())) {
          length += entry.key().length();
        }
        return length > 0;
      }
    }

    private static boolean close(DistributedStorage storage, EtcdKvStore store) {
      storage.close();
      store.close();
      return true;
    }

    private static <T> T on(ExecutorService thread, Callable<T> work) {
      try {
        return thread.submit(work).get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  /**
   * Deploys several times on the same threads. Arguments: class path of the application, endpoint.
   */
  public static void main(String[] args) throws Exception {
    try (Undeployment undeployment = new Undeployment(args[0])) {
      for (int time = 1; time <= 3; time++) {
        if (!undeployment.isCollected(Duration.ofSeconds(20), List.of(args[1]))) {
          throw new IllegalStateException("undeployment " + time + " was not collected");
        }
      }
    }
  }
}
