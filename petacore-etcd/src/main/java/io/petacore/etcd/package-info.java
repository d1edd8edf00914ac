/**
 * The store on an etcd cluster; its entry point is {@link io.petacore.etcd.EtcdKvStore}.
 *
 * <p>It uses the generated messages and methods of jetcd, but not its client, which hides the gRPC
 * channel and with it what the contract of {@link io.petacore.store.KvStore} requires: whether a
 * request was sent, deadlines of requests, a reset of the reconnect backoff, the immediate end of a
 * watch with its stream, one token request for concurrent callers, and a close that waits for its
 * threads.
 *
 * <p>In the jar, jetcd, gRPC, protobuf, Netty and Guava are relocated to {@code
 * io.petacore.etcd.shaded}, so that they do not conflict with the versions of an application.
 */
@NullMarked
package io.petacore.etcd;

import org.jspecify.annotations.NullMarked;
