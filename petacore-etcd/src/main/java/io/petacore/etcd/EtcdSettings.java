package io.petacore.etcd;

import io.grpc.ChannelCredentials;
import io.petacore.store.StoreLimits;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link EtcdKvStore} was built with.
 *
 * @param target the endpoints, as the channel wants them
 * @param tls null for plain text
 * @param authority the server name for TLS; null for that of each endpoint
 * @param credentials asked whenever a token is; null where the cluster has no users
 * @param requestTimeout how long a request may take, the wait for a connection included
 * @param connectTimeout how long one attempt to connect may take
 * @param keepAliveTime after how much silence under an open call the server is asked for a sign
 * @param keepAliveTimeout how long that sign may take
 * @param maxInboundBytes the greatest answer or watch message, in bytes
 * @param limits of one request
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
