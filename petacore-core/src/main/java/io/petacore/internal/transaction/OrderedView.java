package io.petacore.internal.transaction;

import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.mvcc.Order;
import io.petacore.transaction.ReadView;

/** A view that scans in either order by one method. */
interface OrderedView extends ReadView {

  /** Returns the entries of a range in an order. */
  Iterable<Entry> scan(KeyRange range, Order order);

  @Override
  default Iterable<Entry> scan(KeyRange range) {
    return scan(range, Order.ASCENDING);
  }

  @Override
  default Iterable<Entry> scanDescending(KeyRange range) {
    return scan(range, Order.DESCENDING);
  }
}
