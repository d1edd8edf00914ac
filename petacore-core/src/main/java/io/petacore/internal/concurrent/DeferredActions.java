package io.petacore.internal.concurrent;

import java.util.ArrayList;
import java.util.List;

/** What is to be done once a lock is free: requests first, then everything else. */
final class DeferredActions {

  private final List<Runnable> requests = new ArrayList<>();
  private final List<Runnable> others = new ArrayList<>();

  void addRequest(Runnable request) {
    requests.add(request);
  }

  void add(Runnable action) {
    others.add(action);
  }

  void addAll(DeferredActions more) {
    requests.addAll(more.requests);
    others.addAll(more.others);
  }

  boolean isEmpty() {
    return requests.isEmpty() && others.isEmpty();
  }

  /** All of them, in the order in which they are to run. */
  List<Runnable> inOrder() {
    List<Runnable> all = new ArrayList<>(requests.size() + others.size());
    all.addAll(requests);
    all.addAll(others);
    return all;
  }
}
