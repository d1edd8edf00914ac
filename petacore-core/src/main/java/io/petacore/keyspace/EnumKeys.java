package io.petacore.keyspace;

/** The constants of an enum by ordinal, encoded as an integer. */
@SuppressWarnings("EnumOrdinal") // the order of an enum; KeyCodec.enumOf warns of it
final class EnumKeys<E extends Enum<E>> implements KeyCodec<E> {

  private final Class<E> type;
  private final E[] constants;

  EnumKeys(Class<E> type) {
    this.type = type;
    this.constants = type.getEnumConstants();
  }

  @Override
  public int size(E key) {
    return IntegerKeys.sizeOf(key.ordinal());
  }

  @Override
  public int encode(E key, byte[] target, int offset) {
    return IntegerKeys.put(key.ordinal(), target, offset);
  }

  @Override
  public E decode(KeyReader in) {
    long ordinal = IntegerKeys.get(in);
    if (ordinal < 0 || ordinal >= constants.length) {
      throw in.malformed(this + " has no constant with the ordinal " + ordinal);
    }
    return constants[(int) ordinal];
  }

  @Override
  public String toString() {
    return type.getSimpleName();
  }
}
