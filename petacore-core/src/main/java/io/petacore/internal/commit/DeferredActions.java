package io.petacore.internal.commit;

import java.util.ArrayList;
import java.util.List;

/**
 * What a step under the pipeline's lock wants done once the lock is free: requests to be sent, and
 * then outcomes to be told. Nothing foreign ever runs under the lock.
 */
final class DeferredActions {

  private final List<Runnable> requests = new ArrayList<>();
  private final List<Runnable> news = new ArrayList<>();

  /** A request to the store. Goes first: the store is at work while the news is told. */
  void send(Runnable request) {
    requests.add(request);
  }

  /** Something that somebody waits to hear. */
  void tell(Runnable message) {
    news.add(message);
  }

  boolean areNone() {
    return requests.isEmpty() && news.isEmpty();
  }

  /** All, in the order in which they are to take place. */
  List<Runnable> inOrder() {
    List<Runnable> all = new ArrayList<>(requests.size() + news.size());
    all.addAll(requests);
    all.addAll(news);
    return all;
  }
}
