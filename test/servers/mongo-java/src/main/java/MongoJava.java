import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * mongo-java-server in memory, for as long as its standard input is open. Prints `listening on PORT`.
 *
 * It takes every index and every validator, and does nothing with most of them. Here it refuses what it would
 * ignore, as servers do that lack it, so that the hub is not told that it is there.
 */
public final class MongoJava extends MemoryBackend {
  /** What it keeps to, and what changes nothing that can be seen. */
  private static final Set<String> known =
      Set.of("key", "name", "unique", "sparse", "v", "ns", "background");

  /** The oldest that today's drivers talk to; it calls itself 5.0 with the wire version of 4.2, which they refuse. */
  private static final MongoVersion oldest =
      new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
          return List.of(4, 4, 0);
        }

        @Override
        public int getWireVersion() {
          return 9;
        }
      };

  public static void main(String[] arguments) throws IOException {
    MongoServer server = new MongoServer(new MongoJava().version(oldest));
    server.bind("127.0.0.1", 0);
    System.out.println("listening on " + server.getLocalAddress().getPort());
    while (System.in.read() >= 0) {}
    // What its clients left open is not waited for.
    Runtime.getRuntime().halt(0);
  }

  @Override
  public Document handleMessage(MongoMessage message) {
    Document command = message.getDocument();
    if (command.containsKey("createIndexes")) {
      for (Object index : (List<?>) command.get("indexes")) check((Document) index);
    }
    if (command.containsKey("create") && command.containsKey("validator")) {
      throw notSupported("validators are not supported");
    }
    return super.handleMessage(message);
  }

  private static void check(Document index) {
    Document key = (Document) index.get("key");
    for (String field : key.keySet()) {
      Object kind = key.get(field);
      if (kind instanceof Number && !field.contains("$**")) continue;
      throw new MongoServerError(67, "CannotCreateIndex", "Unknown index plugin '" + kind + "' of " + field);
    }
    for (String option : index.keySet()) {
      if (!known.contains(option)) throw notSupported("the index option " + option + " is not supported");
    }
  }

  /** As DocumentDB says it. */
  private static MongoServerError notSupported(String what) {
    return new MongoServerError(115, "CommandNotSupported", what);
  }
}
