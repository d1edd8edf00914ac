/** The key-value store over etcd. */
@NullMarked
package io.petacore.etcd;

import org.jspecify.annotations.NullMarked;
