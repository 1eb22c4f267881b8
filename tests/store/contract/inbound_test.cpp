// Mobile-originated messages.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

store::inbound make_inbound(store::id64 id) {
  store::inbound m;
  m.id = id;
  m.carrier = 3;
  m.account = 7;
  m.keyword = 1;
  m.received_at = at(5);
  m.types = {1, 1, 3, 0};
  m.data_coding = 8;
  m.parts = 2;
  m.partial = true;
  m.source = "4790000001";
  m.destination = "2400";
  m.user_data = std::string_view{"\0H\0i", 4};
  m.text = "Hi";
  return m;
}

store::keyword make_keyword(store::writer& writer) {
  store::keyword wanted;
  wanted.uuid = "0000-1";
  wanted.account = writer.create_account("shop").value().id;
  wanted.word = "INFO";
  return writer.create_keyword(wanted).value();
}

TEST_P(store_contract, FindsInbound) {
  const store::inbound m = make_inbound(id(1));
  add(&store::batch::inbounds, m);
  const auto all = reader().find_inbound(id(1)).value();
  const store::inbound& found = all.items.at(0);
  EXPECT_EQ(found.id, m.id);
  EXPECT_EQ(found.carrier, m.carrier);
  EXPECT_EQ(found.account, m.account);
  EXPECT_EQ(found.keyword, m.keyword);
  EXPECT_EQ(found.received_at, m.received_at);
  EXPECT_EQ(found.types, m.types);
  EXPECT_EQ(found.data_coding, m.data_coding);
  EXPECT_EQ(found.parts, m.parts);
  EXPECT_TRUE(found.partial);
  EXPECT_EQ(found.source, m.source);
  EXPECT_EQ(found.destination, m.destination);
  EXPECT_EQ(found.user_data, m.user_data);
  EXPECT_EQ(found.text, m.text);
  EXPECT_EQ(reader().find_inbound(id(2)).error(), store::error::not_found);
}

TEST_P(store_contract, PartsWaitUntilTheMessageIsComplete) {
  store::inbound_part p;
  p.id = id(2);
  p.carrier = 3;
  p.received_at = at(5);
  p.source = "4790000001";
  p.destination = "2400";
  p.types = {1, 1, 3, 0};
  p.data_coding = 8;
  p.total = 3;
  p.part = 2;
  p.kind = 1;
  p.reference = 0xBEEF;
  p.user_data = "part";
  store::batch b;
  b.inbound_parts = {p, p, p};
  b.inbound_parts[1].id = id(1);
  b.inbound_parts[2].id = id(3);
  commit(b);
  const auto all = reader().waiting_inbound_parts(id(1), 1).value();
  ASSERT_EQ(all.items.size(), 1U);
  const store::inbound_part& found = all.items[0];
  EXPECT_EQ(found.id, p.id);
  EXPECT_EQ(found.carrier, p.carrier);
  EXPECT_EQ(found.received_at, p.received_at);
  EXPECT_EQ(found.source, p.source);
  EXPECT_EQ(found.destination, p.destination);
  EXPECT_EQ(found.types, p.types);
  EXPECT_EQ(found.data_coding, p.data_coding);
  EXPECT_EQ(found.total, p.total);
  EXPECT_EQ(found.part, p.part);
  EXPECT_EQ(found.kind, p.kind);
  EXPECT_EQ(found.reference, p.reference);
  EXPECT_EQ(found.user_data, p.user_data);
  store::batch done;
  done.inbound_parts_done = {id(1), id(2), id(3)};
  done.inbounds = {make_inbound(id(4))};
  commit(done);
  EXPECT_TRUE(reader().waiting_inbound_parts(0, 9).value().items.empty());
}

TEST_P(store_contract, KeywordCountsItsMessagesOnce) {
  const store::keyword keyword = make_keyword(writer());
  const auto version = reader().directory_version().value();
  store::batch b;
  b.inbounds = {make_inbound(id(1)), make_inbound(id(2))};
  b.keyword_hits = {{keyword.id, at(9)}, {keyword.id, at(8)}};
  commit(b);
  commit(b);  // again, after a commit whose outcome was not known
  const auto found = reader().load_directory().value().keywords.at(0);
  EXPECT_EQ(found.messages_received, 2U);
  EXPECT_EQ(found.last_message_at, at(9));
  EXPECT_EQ(reader().directory_version().value(), version);
}

}  // namespace
}  // namespace tests
