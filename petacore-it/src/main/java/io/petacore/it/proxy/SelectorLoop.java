package io.petacore.it.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A thread that serves channels, timers and commands. A proxy is confined to it, so that it needs
 * no lock and a command is in effect when it has returned.
 */
final class SelectorLoop implements AutoCloseable {

  private record Timer(long dueNanos, Runnable task) {}

  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::dueNanos));

  /** Confined to the thread. */
  private boolean stopped;

  SelectorLoop(String name) {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Runs a command on the thread and waits for the result. */
  <T> T call(Supplier<T> command) {
    if (!thread.isAlive()) {
      throw new IllegalStateException(thread.getName() + " was closed");
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    commands.add(
        () -> {
          try {
            result.complete(command.get());
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    selector.wakeup();
    return result.join();
  }

  /** Schedules a task. To be called on the thread only. */
  void at(long dueNanos, Runnable task) {
    timers.add(new Timer(dueNanos, task));
  }

  /** Registers a channel. To be called on the thread, or before it is started. */
  SelectionKey register(SelectableChannel channel, int interest, Consumer<SelectionKey> handler) {
    try {
      return channel.register(selector, interest, handler);
    } catch (ClosedChannelException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run() {
    try {
      while (!stopped) {
        runCommands();
        runTimers();
        select();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void runCommands() {
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      command.run();
    }
  }

  private void runTimers() {
    for (Timer next = timers.peek();
        next != null && next.dueNanos - System.nanoTime() <= 0;
        next = timers.peek()) {
      timers.remove();
      next.task.run();
    }
  }

  private void select() throws IOException {
    if (stopped) {
      return;
    }
    Timer next = timers.peek();
    if (next == null) {
      selector.select();
    } else {
      long millis = (next.dueNanos - System.nanoTime() + 999_999) / 1_000_000;
      if (millis > 0) {
        selector.select(millis);
      } else {
        selector.selectNow();
      }
    }
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.isValid()) {
        handlerOf(key).accept(key);
      }
    }
    selector.selectedKeys().clear();
  }

  @SuppressWarnings("unchecked") // only register() attaches objects
  private static Consumer<SelectionKey> handlerOf(SelectionKey key) {
    return (Consumer<SelectionKey>) key.attachment();
  }

  /** Stops the thread and waits for its end. */
  @Override
  public void close() {
    if (thread.isAlive()) {
      commands.add(() -> stopped = true);
      selector.wakeup();
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
