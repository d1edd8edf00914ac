package io.petacore.internal.sync;

import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import java.util.List;

/**
 * The state of a namespace at a revision, without the keys that the cache keeps, which went to a
 * {@link LoadSink}.
 *
 * @param revision the revision
 * @param record the commit record
 * @param bookkeeping the session fences and the exclusive commit lock that are present
 * @param newest the most recently written key of the namespace
 * @param sentAt when the request was sent that showed the revision as the newest, in monotonic time
 */
record LoadedState(
    long revision,
    CommitRecordState record,
    List<Bookkeeping> bookkeeping,
    LatestChange newest,
    long sentAt) {}
