package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A version in a long chain: besides the next older version it refers to one much further back, so
 * that of <i>n</i> versions any is found in O(log <i>n</i>) steps.
 *
 * <p>These are the jump pointers of Myers, "An applicative random-access stack", 1983: where the
 * last two jumps below a new version are equally long, it jumps over both, else only to the version
 * below; the first in a long chain jumps to the oldest. So jumps never cross, and a search that may
 * not take one goes on to shorter ones. Linking a version takes constant time and 8 bytes; a {@link
 * java.util.concurrent.ConcurrentSkipListMap} beside the chain would take O(log <i>n</i>) and some
 * 60.
 *
 * <p><b>Freed versions.</b> When the versions behind one are freed, the jumps across it have to go,
 * too, else they hold what was freed. Since jumps don't cross, all of these lie on the way from the
 * newest version to it. That way is not gone each time, so for a while some freed versions are
 * held, fewer than the last few dozen.
 *
 * <p>A reader at or above the horizon never needs a jump to a freed version: that version and all
 * behind it are older than what the reader looks for. A reader behind the horizon may take it, and
 * finds the link behind it cut, which was written after the horizon, as everywhere.
 */
final class JumpingVersion extends Version {

  /** The reach of jumps to drop at, so that the way is gone for about one version of sixteen. */
  private static final int REACH_TO_DROP_AT = 15;

  /**
   * Written by the writer: when the version is made, and to null when what it leads to is freed.
   */
  private @Nullable Version jump;

  private final int reach;

  /** A version of the same key as another, over one below it. */
  JumpingVersion(
      Version sameKey,
      @Nullable Bytes value,
      long timestamp,
      long modRevision,
      @Nullable Version below) {
    super(sameKey, value, timestamp, modRevision, below);
    if (!(below instanceof JumpingVersion last)) {
      // The first in a long chain: what is below has no jumps of its own, or is a rest of some.
      Version oldest = below;
      int behind = 1;
      while (oldest != null && oldest.furthest() != null) {
        behind += oldest.reach();
        oldest = oldest.furthest();
      }
      jump = oldest;
      reach = behind;
    } else if (last.jump instanceof JumpingVersion lastButOne
        && lastButOne.jump != null
        && last.reach == lastButOne.reach) {
      jump = lastButOne.jump;
      reach = 1 + last.reach + lastButOne.reach;
    } else {
      jump = last;
      reach = 1;
    }
  }

  @Nullable Version jump() {
    return jump;
  }

  @Override
  int reach() {
    return jump == null ? 1 : reach;
  }

  @Override
  @Nullable Version furthest() {
    Version furthest = jump;
    return furthest == null ? older() : furthest;
  }

  @Override
  @Nullable Version towards(long limit) {
    Version further = jump;
    return further != null && further.timestamp() >= limit ? further : older();
  }

  @Override
  void forgetOlder() {
    super.forgetOlder();
    jump = null;
    if (reach >= REACH_TO_DROP_AT) {
      dropJumpsAcross();
    }
  }

  /** Ends the jumps from newer versions to older ones than this. */
  private void dropJumpsAcross() {
    Version version = chain().head();
    while (version != null && version != this) {
      if (version instanceof JumpingVersion jumping
          && jumping.jump != null
          && jumping.jump.timestamp() < timestamp()) {
        jumping.jump = null;
      }
      version = version.furthest();
    }
  }
}
