package io.petacore.etcd;

import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;

/**
 * The two protocol fields for fragments of watch responses, which the messages of jetcd lack: one
 * requests fragments, the other marks a response that has further fragments.
 */
final class Fragments {

  private static final int OF_CREATE_REQUEST = 8;
  private static final int OF_RESPONSE = 7;

  private Fragments() {}

  /** Requests that responses above the request limit of the server are split. */
  static void request(WatchCreateRequest.Builder create) {
    create.setUnknownFields(isTrue(OF_CREATE_REQUEST));
  }

  /** Whether fragments were requested. */
  static boolean areRequested(WatchCreateRequest create) {
    return isTrue(create.getUnknownFields(), OF_CREATE_REQUEST);
  }

  /** Whether another fragment of the same response follows. */
  static boolean hasMore(WatchResponse response) {
    return isTrue(response.getUnknownFields(), OF_RESPONSE);
  }

  /** Returns a copy that is marked to have another fragment. */
  static WatchResponse withMore(WatchResponse response) {
    return response.toBuilder().setUnknownFields(isTrue(OF_RESPONSE)).build();
  }

  private static UnknownFieldSet isTrue(int field) {
    return UnknownFieldSet.newBuilder()
        .addField(field, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
        .build();
  }

  private static boolean isTrue(UnknownFieldSet fields, int field) {
    return fields.getField(field).getVarintList().contains(1L);
  }
}
