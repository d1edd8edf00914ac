package io.petacore.keyspace;

import java.util.function.Function;

/**
 * An element of tuples, made by {@link KeyCodec#of}.
 *
 * @param <T> the tuple
 * @param <A> the element
 * @param codec encodes the element
 * @param getter returns the element of a tuple
 */
public record KeyPart<T, A>(KeyCodec<A> codec, Function<? super T, ? extends A> getter) {}
