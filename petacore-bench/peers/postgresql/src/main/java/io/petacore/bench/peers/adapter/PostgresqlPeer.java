package io.petacore.bench.peers.adapter;

import io.petacore.bench.peers.PeerDescription;
import io.petacore.bench.peers.Peer;
import io.petacore.bench.peers.Servers;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A server on the loopback interface, queried with prepared statements. */
public final class PostgresqlPeer implements Peer {
  private static final int ROWS_PER_BATCH = 1_000;

  private String[] keys = {};
  private Connection connection;
  private PreparedStatement one;
  private PreparedStatement several;
  private PreparedStatement range;
  private PreparedStatement update;

  @Override
  public PeerDescription description() {
    return new PeerDescription("PostgreSQL", "a server on loopback").snapshots().durable();
  }

  @Override
  public String server() {
    return Servers.POSTGRESQL;
  }

  @Override
  public void open(String[] names, byte[][] values) throws SQLException {
    InetSocketAddress address = Servers.address(Servers.POSTGRESQL);
    connection =
        DriverManager.getConnection(
            "jdbc:postgresql://" + address.getHostString() + ":" + address.getPort() + "/postgres",
            "postgres",
            "");
    keys = names;
    fill(values);
    one = connection.prepareStatement("SELECT value FROM items WHERE key = ?");
    several = connection.prepareStatement("SELECT value FROM items WHERE key = ANY (?)");
    range =
        connection.prepareStatement(
            "SELECT key, value FROM items WHERE key >= ? AND key < ? ORDER BY key");
    update = connection.prepareStatement("UPDATE items SET value = ? WHERE key = ?");
  }

  private void fill(byte[][] values) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS items");
      statement.execute(
          "CREATE TABLE items (key text COLLATE \"C\" PRIMARY KEY, value bytea NOT NULL)");
    }
    connection.setAutoCommit(false);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO items VALUES (?, ?)")) {
      for (int i = 0; i < keys.length; i++) {
        insert.setString(1, keys[i]);
        insert.setBytes(2, values[i]);
        insert.addBatch();
        if (i % ROWS_PER_BATCH == ROWS_PER_BATCH - 1) {
          insert.executeBatch();
        }
      }
      insert.executeBatch();
    }
    connection.commit();
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("VACUUM ANALYZE items");
    }
  }

  @Override
  public Object read(int key) throws SQLException {
    one.setString(1, keys[key]);
    try (ResultSet row = one.executeQuery()) {
      return row.next() ? row.getBytes(1) : null;
    }
  }

  /** Reads with one statement, which has one snapshot. */
  @Override
  public void readSnapshot(int[] wanted, Object[] found) throws SQLException {
    String[] names = new String[wanted.length];
    for (int i = 0; i < wanted.length; i++) {
      names[i] = keys[wanted[i]];
    }
    several.setArray(1, connection.createArrayOf("text", names));
    try (ResultSet rows = several.executeQuery()) {
      for (int i = 0; rows.next(); i++) {
        found[i] = rows.getBytes(1);
      }
    }
  }

  @Override
  public boolean isOrdered() {
    return true;
  }

  @Override
  public long scan(int from, int count) throws SQLException {
    range.setString(1, keys[from]);
    range.setString(2, keys[from + count]);
    long sum = 0;
    try (ResultSet rows = range.executeQuery()) {
      while (rows.next()) {
        sum += rows.getString(1).charAt(0) + rows.getBytes(2)[0];
      }
    }
    return sum;
  }

  @Override
  public void write(int key, byte[] value) throws SQLException {
    update.setBytes(1, value);
    update.setString(2, keys[key]);
    update.executeUpdate();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
