package io.petacore.etcd;

import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;

/**
 * etcd's two fields about fragments, which jetcd's messages do not have: by them a client asks that
 * large answers to a watch be cut, and the server says that more of one is to come.
 */
final class Fragments {

  private static final int OF_CREATE_REQUEST = 8;
  private static final int OF_RESPONSE = 7;

  private Fragments() {}

  /** Has the server cut what is larger than its limit of a request. */
  static void ask(WatchCreateRequest.Builder create) {
    create.setUnknownFields(isTrue(OF_CREATE_REQUEST));
  }

  /** Whether it was asked to. */
  static boolean areAskedFor(WatchCreateRequest create) {
    return isTrue(create.getUnknownFields(), OF_CREATE_REQUEST);
  }

  /** Whether another fragment of the same answer follows. */
  static boolean isMoreToCome(WatchResponse response) {
    return isTrue(response.getUnknownFields(), OF_RESPONSE);
  }

  /** An answer of which another fragment follows. */
  static WatchResponse withMoreToCome(WatchResponse response) {
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
