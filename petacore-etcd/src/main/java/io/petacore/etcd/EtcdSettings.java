package io.petacore.etcd;

import io.grpc.ChannelCredentials;
import io.petacore.store.StoreLimits;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an {@link EtcdKvStore}.
 *
 * @param target the endpoints as a channel target
 * @param tls null for plain text
 * @param authority the server name for TLS; null for the host of each endpoint
 * @param credentials called for each token request; null for no authentication
 * @param requestTimeout timeout of a request, including the wait for a connection
 * @param connectTimeout timeout of one attempt to connect
 * @param keepAliveTime time without received bytes until a ping is sent while a call is open
 * @param keepAliveTimeout timeout of a ping
 * @param maxInboundBytes maximum size of a response or watch message
 * @param limits limits of a request
 */
record EtcdSettings(
    String target,
    @Nullable ChannelCredentials tls,
    @Nullable String authority,
    @Nullable Supplier<EtcdCredentials> credentials,
    Duration requestTimeout,
    Duration connectTimeout,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    int maxInboundBytes,
    StoreLimits limits) {}
