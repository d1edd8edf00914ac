/**
 * The store on an etcd cluster. Public is {@link io.petacore.etcd.EtcdKvStore} alone.
 *
 * <p>From jetcd come the protocol (its generated messages and methods) and the finding of
 * endpoints. Its client on top of them is left aside, since it hides the channel, and with it what
 * the contract of {@link io.petacore.store.KvStore} needs: whether a request ever left, a deadline
 * that reaches it, the reset of a grown reconnect backoff, the end of a watch's stream as it
 * happens, one token request for many callers, and a close that waits for its threads.
 *
 * <p>In the jar, jetcd, gRPC, protobuf, Netty and Guava stand under {@code
 * io.petacore.etcd.shaded}: an application's own versions of them are neither used nor touched.
 */
@NullMarked
package io.petacore.etcd;

import org.jspecify.annotations.NullMarked;
