/** Tests against a running etcd. */
@NullMarked
package io.petacore.it;

import org.jspecify.annotations.NullMarked;
