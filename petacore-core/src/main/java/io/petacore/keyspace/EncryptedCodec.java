package io.petacore.keyspace;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts what another codec writes with AES-GCM. A value is a header byte, the number of the key
 * in four bytes, a nonce of twelve, and what the cipher writes, with a tag of 16. Header, number
 * and the entry's key are authenticated, too.
 */
final class EncryptedCodec<V> implements Codec<V>, Decoding.Wrapper<V> {

  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int HEADER_BYTES = 1 + Integer.BYTES;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final int OVERHEAD = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;

  private final SecureRandom random = new SecureRandom();
  private final Codec<V> codec;
  private final EncryptionKeys keys;

  EncryptedCodec(Codec<V> codec, EncryptionKeys keys) {
    this.codec = requireNonNull(codec, "codec");
    this.keys = requireNonNull(keys, "keys");
  }

  @Override
  public Bytes encode(Bytes key, V value) {
    byte[] plain = codec.encode(key, value).toByteArray();
    int id = keys.currentId();
    SecretKey secret = keys.find(id);
    if (secret == null) {
      throw new IllegalStateException("there is no key with the current number " + id);
    }
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] out = new byte[OVERHEAD + plain.length];
    ByteBuffer.wrap(out).put((byte) ValueHeaders.ENCRYPTED).putInt(id).put(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, secret, nonce, id, key);
      cipher.doFinal(plain, 0, plain.length, out, HEADER_BYTES + NONCE_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("key " + id + " can't encrypt: " + e.getMessage(), e);
    }
    return Bytes.wrap(out);
  }

  private static Cipher cipher(int mode, SecretKey secret, byte[] nonce, int id, Bytes key)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, secret, new GCMParameterSpec(8 * TAG_BYTES, nonce));
    cipher.updateAAD(
        ByteBuffer.allocate(HEADER_BYTES).put((byte) ValueHeaders.ENCRYPTED).putInt(id).array());
    cipher.updateAAD(key.asReadOnlyByteBuffer());
    return cipher;
  }

  @Override
  public V decode(Bytes key, Bytes value) {
    return Decoding.<V>decode(this, key, value).value();
  }

  @Override
  public Bytes unwrap(Bytes key, Bytes value) {
    if (value.length() < OVERHEAD || (value.byteAt(0) & 0xff) != ValueHeaders.ENCRYPTED) {
      throw malformed(key, value, "it is not encrypted", null);
    }
    ByteBuffer in = value.asReadOnlyByteBuffer();
    in.get();
    int id = in.getInt();
    byte[] nonce = new byte[NONCE_BYTES];
    in.get(nonce);
    SecretKey secret = keys.find(id);
    if (secret == null) {
      throw malformed(key, value, "it is encrypted with key " + id + ", which is unknown", null);
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, secret, nonce, id, key);
      byte[] encrypted = new byte[in.remaining()];
      in.get(encrypted);
      return Bytes.wrap(cipher.doFinal(encrypted));
    } catch (GeneralSecurityException e) {
      throw malformed(
          key,
          value,
          "it is not what key " + id + " has encrypted for this entry: " + e.getMessage(),
          e);
    }
  }

  private ValueFormatException malformed(
      Bytes key, Bytes value, String reason, @Nullable Throwable cause) {
    return new ValueFormatException(key, toString(), value, reason, cause);
  }

  @Override
  public Decoder<V> inner(Bytes key, Bytes value) {
    return codec;
  }

  @Override
  public boolean isSecret() {
    return true;
  }

  @Override
  public String toString() {
    return "encrypted(" + codec + ")";
  }
}
