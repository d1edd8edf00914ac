package io.petacore.internal.commit;

import java.util.ArrayList;
import java.util.List;

/**
 * What a step under the pipeline's lock wants done once the lock is free: requests to be sent,
 * outcomes to be told. Nothing foreign ever runs under the lock.
 */
final class Effects {

  private final List<Runnable> effects = new ArrayList<>();

  void add(Runnable effect) {
    effects.add(effect);
  }

  void run() {
    effects.forEach(Runnable::run);
  }
}
