// What applications ask for besides submit_sm: other ways to submit, to cancel, to replace, and to
// be told in their own way.
#include "daemon/bridge.hpp"
#include "daemon/clock.hpp"
#include "smpp/receipt.hpp"
#include "smpp/smpp_time.hpp"
#include "tests/daemon/path_fixture.hpp"
#include "tests/support/store_records.hpp"

#include <set>

namespace tests {
namespace {

using smpp::tag;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr auto in_an_hour = "000000010000000R";
constexpr auto in_a_second = "000000000001000R";

class Application : public Path {
 protected:
  /// The carrier does not let us bind until `open_carrier`.
  void start_closed() {
    start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  }
  void open_carrier() {
    telco().on_bind = command_status::ok;
    wait([&] { return run_->gateway.carriers().front()->up(); });
  }
  template <class Prepare>
  void change_login(Prepare prepare) {
    const auto database = open_faulty(file());
    const auto writer = database->make_writer().value();
    auto login = database->make_reader().value()->load_directory().value().logins.at(0);
    prepare(*writer, login);
    ASSERT_TRUE(writer->update_login(login));
  }

  /// What an earlier run left: the id of the last.
  store::id64 park_more_than_a_page(std::int64_t clean_stop) {
    settings_.limits.queue_memory_max = 1;
    store::id64 last = 0;
    change_login([&](store::writer& writer, const store::login& login) {
      const std::vector<std::string> names{"telco", "backup"};
      const auto carrier = writer.carrier_ids(names).value().front();
      store::batch b;
      for (int n = 1; n <= 2100; ++n) {
        auto message = make_message(last = id(n));
        message.account = login.account;
        message.login = login.id;
        message.from = store::origin::esme;
        message.expires_at = smppd::wall_now() + 1h;
        b.accepted.push_back(message);
        b.parks.push_back({.carrier = carrier, .priority = 1, .id = last});
      }
      b.marks.push_back({store::mark_clean_stop, clean_stop});
      ASSERT_TRUE(writer.commit(b));
    });
    return last;
  }

  [[nodiscard]] static smpp::submit_sm later_message(std::string_view text,
                                                     std::string_view to = "4791234567") {
    auto pdu = esme_message(text, to);
    pdu.schedule_delivery_time = in_an_hour;
    return pdu;
  }
  [[nodiscard]] static smpp::submit_multi multi(std::string_view text,
                                                const std::vector<std::string>& to) {
    smpp::submit_multi pdu;
    pdu.source_addr = "Shop";
    pdu.registered_delivery = 1;
    pdu.short_message = text;
    for (const auto& one : to) {
      smpp::dest_address number;
      number.dest_addr_ton = number.dest_addr_npi = 1;
      number.destination_addr = one;
      pdu.dest_address_list.push_back(number);
    }
    return pdu;
  }
  template <class Pdu>
  scripted_esme::answer ask(scripted_esme& by, const Pdu& pdu) {
    const auto before = by.answers.size();
    by.send(pdu);
    EXPECT_TRUE(run_until(run_->loop, [&] { return by.answers.size() > before; }));
    return by.answers.back();
  }
  template <class Pdu>
  command_status change(scripted_esme& by, const Pdu& pdu) {
    const auto before = by.changes.size();
    by.send(pdu);
    EXPECT_TRUE(run_until(run_->loop, [&] { return by.changes.size() > before; }));
    return by.changes.back();
  }
  [[nodiscard]] static smpp::cancel_sm cancel_of(const std::string& id) {
    smpp::cancel_sm pdu;
    pdu.message_id = id;
    pdu.source_addr = "Shop";
    return pdu;
  }
  [[nodiscard]] static smpp::cancel_sm cancel_to(std::string_view to) {
    smpp::cancel_sm pdu;
    pdu.source_addr = "Shop";
    pdu.destination_addr = to;
    return pdu;
  }
  command_status cancel(scripted_esme& by, const std::string& id) {
    return change(by, cancel_of(id));
  }
  [[nodiscard]] static smpp::replace_sm replace_of(const std::string& id, std::string_view text) {
    smpp::replace_sm pdu;
    pdu.message_id = id;
    pdu.source_addr = "Shop";
    pdu.registered_delivery = 1;
    pdu.short_message = text;
    return pdu;
  }
  smpp::query_sm_resp query(scripted_esme& by, const std::string& id) {
    const auto before = by.queries.size();
    smpp::query_sm pdu;
    pdu.message_id = id;
    pdu.source_addr = "Shop";
    by.send(pdu);
    EXPECT_TRUE(run_until(run_->loop, [&] { return by.queries.size() > before; }));
    return by.queries.back();
  }
};

// data_sm.

TEST_F(Application, SubmitsWithDataSmToo) {
  start();
  const auto esme = bind();
  smpp::data_sm pdu;
  pdu.source_addr = "Shop";
  pdu.destination_addr = "4791234567";
  pdu.registered_delivery = 1;
  pdu.tlvs.add_text(tag::message_payload, "Hello");
  const auto answer = ask(*esme, pdu);
  EXPECT_EQ(answer.how, command_status::ok);
  wait_for(answer.id, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].tlvs.find_text(tag::receipted_message_id), answer.id);
}

TEST_F(Application, IsToldWhatDataSmCannotDo) {
  start();
  const auto esme = bind();
  smpp::data_sm pdu;
  pdu.source_addr = "Shop";
  pdu.destination_addr = "4791234567";
  pdu.esm_class = 2;
  pdu.tlvs.add_text(tag::message_payload, "Hello");
  EXPECT_EQ(ask(*esme, pdu).how, command_status::invesmclass);
  pdu.esm_class = 0;
  pdu.destination_addr = std::string(40, '4');
  EXPECT_EQ(ask(*esme, pdu).how, command_status::invdstadr);
  EXPECT_TRUE(telco().submits.empty());
}

// submit_multi.

TEST_F(Application, SubmitsToManyUnderOneId) {
  start();
  const auto esme = bind();
  auto pdu = multi("Hello", {"4791234567", "nobody at all", "4791234568"});
  pdu.dest_address_list.push_back({smpp::dest_address::kind::distribution_list, 0, 0, "friends"});
  const auto answer = ask(*esme, pdu);
  EXPECT_EQ(answer.how, command_status::ok);
  ASSERT_EQ(esme->unsuccessful.size(), 2U);
  EXPECT_EQ(esme->unsuccessful[0].destination_addr, "nobody at all");
  EXPECT_EQ(esme->unsuccessful[0].error_status_code,
            static_cast<std::uint32_t>(command_status::invdstadr));
  EXPECT_EQ(esme->unsuccessful[1].destination_addr, "friends");
  EXPECT_EQ(esme->unsuccessful[1].error_status_code,
            static_cast<std::uint32_t>(command_status::invdlname));
  wait_for_submits(2);
  EXPECT_THAT(telco().texts(), ElementsAre("Hello", "Hello"));
  EXPECT_EQ(telco().submits[0].pdu.destination_addr, "4791234567");
  EXPECT_EQ(telco().submits[1].pdu.destination_addr, "4791234568");
}

TEST_F(Application, GetsReceiptsForManyUnderTheirOneId) {
  start();
  const auto esme = bind();
  const auto id = ask(*esme, multi("Hello", {"4791234567", "4791234568"})).id;
  const auto first = smppd::parse_smpp_id(id).value() + store::id_step;
  wait_until_sent({first, first + store::id_step});
  EXPECT_EQ(query(*esme, id).message_state, 1);
  telco().deliver(scripted_carrier::receipt("id-1"));
  auto failed = scripted_carrier::receipt("id-2", "UNDELIV");
  failed.source_addr = "4791234568";
  telco().deliver(failed);
  wait([&] { return esme->received.size() == 2; });
  for (const auto& receipt : esme->received)
    EXPECT_EQ(receipt.tlvs.find_text(tag::receipted_message_id), id);
  EXPECT_EQ(esme->received[0].source_addr, "4791234567");
  EXPECT_EQ(esme->received[0].tlvs.find_u8(tag::message_state), 2);
  EXPECT_EQ(esme->received[1].source_addr, "4791234568");
  EXPECT_EQ(esme->received[1].tlvs.find_u8(tag::message_state), 5);
  EXPECT_EQ(query(*esme, id).message_state, 5);
}

TEST_F(Application, GetsReceiptsForManyAfterARestartToo) {
  start();
  const auto id = ask(*bind(), multi("Hello", {"4791234567", "4791234568"})).id;
  const auto first = smppd::parse_smpp_id(id).value() + store::id_step;
  wait_until_sent({first, first + store::id_step});
  crash();
  start();
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(first, progress::delivered);
  crash();
  start();
  const auto again = bind();
  wait([&] { return again->received.size() == 1; });
  EXPECT_EQ(again->received[0].tlvs.find_text(tag::receipted_message_id), id);
}

TEST_F(Application, IsRefusedWithTheStatusThatAllOfManyHave) {
  start();
  const auto esme = bind();
  EXPECT_EQ(ask(*esme, multi("Hello", {"no number", "none either"})).how,
            command_status::invdstadr);
  auto mixed = multi("Hello", {"no number"});
  mixed.dest_address_list.push_back({smpp::dest_address::kind::distribution_list, 0, 0, "friends"});
  EXPECT_EQ(ask(*esme, mixed).how, command_status::submitfail);
  auto instead = multi("Hello", {"4791234567"});
  instead.replace_if_present_flag = 1;
  EXPECT_EQ(ask(*esme, instead).how, command_status::invrepflag);
  EXPECT_EQ(run_->gateway.queued(), 0U);
}

TEST_F(Application, HasEachOfManyCountedTowardsItsWindow) {
  settings_.smpp.in_window = 2;
  start();
  const auto esme = bind();
  esme->send(multi("larger than the window", {"4791234567", "4791234568", "4791234569"}));
  esme->send(esme_message("one too many"));
  wait([&] { return esme->answers.size() == 2; });
  EXPECT_THAT((std::vector{esme->answers[0].how, esme->answers[1].how}),
              UnorderedElementsAre(command_status::ok, command_status::throttled));
  EXPECT_EQ(ask(*esme, esme_message("alone")).how, command_status::ok);
}

// cancel_sm.

TEST_F(Application, CancelsWhatIsScheduled) {
  start();
  const auto esme = bind();
  const auto id = submit(*esme, later_message("never"));
  EXPECT_EQ(cancel(*esme, id), command_status::ok);
  EXPECT_EQ(state_of(id).state, progress::cancelled);
  EXPECT_EQ(state_of(id).why, store::reason::deleted);
  EXPECT_TRUE(reader_->find_scheduled(*smppd::parse_smpp_id(id)).value().empty());
  EXPECT_EQ(run_->gateway.queued(), 0U);
  EXPECT_EQ(run_->figures.final_cancelled.Value(), 1);
  EXPECT_EQ(query(*esme, id).message_state, 4);
  EXPECT_EQ(cancel(*esme, id), command_status::cancelfail);
}

TEST_F(Application, GetsAReceiptOfWhatItCancelled) {
  start();
  const auto esme = bind();
  const auto id = submit(*esme, later_message("never"));
  auto silent = later_message("never");
  silent.registered_delivery = 0;
  EXPECT_EQ(cancel(*esme, submit(*esme, silent)), command_status::ok);
  EXPECT_EQ(cancel(*esme, id), command_status::ok);
  wait([&] { return !esme->received.empty(); });
  EXPECT_EQ(esme->received[0].tlvs.find_text(tag::receipted_message_id), id);
  const auto text = smpp::parse_receipt(esme->received[0].short_message.view());
  ASSERT_TRUE(text);
  EXPECT_EQ(text->stat, "DELETED");
}

TEST_F(Application, CancelsWhatWaitsInMemory) {
  start_closed();
  const auto esme = bind();
  const auto id = submit(*esme, esme_message("never"));
  submit(*esme, esme_message("this one"));
  EXPECT_EQ(cancel(*esme, id), command_status::ok);
  open_carrier();
  wait_for_submits(1);
  EXPECT_THAT(telco().texts(), ElementsAre("this one"));
  wait([&] { return run_->gateway.queued() == 0; });
}

TEST_F(Application, CancelsWhatIsParkedInTheStore) {
  settings_.limits.queue_memory_max = 2;
  start_closed();
  const auto esme = bind();
  std::vector<std::string> ids;
  for (std::size_t n = 1; n <= 5; ++n)
    ids.push_back(submit(*esme, esme_message(number(n))));
  wait([&] { return reader_->count_all().value().parked == 3; });
  EXPECT_EQ(cancel(*esme, ids[3]), command_status::ok);
  EXPECT_EQ(cancel(*esme, ids[0]), command_status::ok);
  EXPECT_EQ(reader_->count_all().value().parked, 2U);
  open_carrier();
  wait_for_submits(3);
  wait([&] { return run_->gateway.queued() == 0; });
  EXPECT_THAT(telco().texts(), ElementsAre("message 2", "message 3", "message 5"));
}

TEST_F(Application, DoesNotCancelWhatACarrierMayHave) {
  start();
  telco().on_submit = [](const auto&) {};
  const auto esme = bind();
  const auto id = submit(*esme, esme_message("on its way"));
  wait_for_submits(1);
  EXPECT_EQ(cancel(*esme, id), command_status::cancelfail);
  scripted_carrier::accept(telco().submits[0], "id-1");
  wait_for(id, progress::sent);
  EXPECT_EQ(cancel(*esme, id), command_status::cancelfail);
}

TEST_F(Application, DoesNotCancelWhatMayHaveBeenSentBeforeACrash) {
  start_closed();
  std::string id;
  {
    const auto esme = bind();
    id = submit(*esme, esme_message("perhaps"));
  }
  start_closed();
  EXPECT_EQ(cancel(*bind(), id), command_status::cancelfail);
}

// More than a start reads into memory: the last is in the store only.
TEST_F(Application, DoesNotCancelWhatIsInTheStoreOnlyAfterACrashEither) {
  const auto last = park_more_than_a_page(0);
  start_closed();
  EXPECT_EQ(cancel(*bind(), smppd::to_smpp_id(last)), command_status::cancelfail);
}

TEST_F(Application, CancelsWhatIsInTheStoreOnlyAfterAnOrderlyStop) {
  const auto last = park_more_than_a_page(1);
  start_closed();
  EXPECT_EQ(cancel(*bind(), smppd::to_smpp_id(last)), command_status::ok);
  EXPECT_EQ(state_of(last).state, progress::cancelled);
}

TEST_F(Application, CancelsOnlyWhatIsItsAccounts) {
  change_login([](store::writer& writer, store::login login) {
    login.account = writer.create_account("other").value().id;
    login.system_id = "other";
    ASSERT_TRUE(writer.create_login(login));
  });
  start();
  const auto esme = bind();
  const auto id = submit(*esme, later_message("mine"));
  scripted_esme other(run_->loop, run_->esmes.port(), "other", "secret");
  wait([&] { return other.bound; });
  EXPECT_EQ(cancel(other, id), command_status::cancelfail);
  EXPECT_EQ(change(other, cancel_to("4791234567")), command_status::cancelfail);
  EXPECT_EQ(change(other, replace_of(id, "theirs")), command_status::replacefail);
  EXPECT_EQ(state_of(id).state, progress::queued);
  auto wrong_source = cancel_of(id);
  wrong_source.source_addr = "Bank";
  EXPECT_EQ(change(*esme, wrong_source), command_status::cancelfail);
  EXPECT_EQ(cancel(*esme, "not an id"), command_status::invmsgid);
}

TEST_F(Application, CancelsByBothAddresses) {
  settings_.limits.queue_memory_max = 1;
  start_closed();
  const auto esme = bind();
  auto serviced = later_message("another service");
  serviced.service_type = "CMT";
  const std::vector ids{submit(*esme, esme_message("in memory")),
                        submit(*esme, esme_message("parked")),
                        submit(*esme, later_message("scheduled")), submit(*esme, serviced)};
  const auto other = submit(*esme, later_message("to another", "4791234568"));
  auto one_service = cancel_to("4791234567");
  one_service.service_type = "CMT";
  EXPECT_EQ(change(*esme, one_service), command_status::ok);
  EXPECT_EQ(state_of(ids[3]).state, progress::cancelled);
  EXPECT_EQ(state_of(ids[0]).state, progress::queued);
  EXPECT_EQ(change(*esme, cancel_to("4791234567")), command_status::ok);
  for (const auto& id : ids)
    EXPECT_EQ(state_of(id).state, progress::cancelled) << id;
  EXPECT_EQ(state_of(other).state, progress::queued);
  EXPECT_EQ(change(*esme, cancel_to("4791234567")), command_status::cancelfail);
  EXPECT_EQ(change(*esme, cancel_to("")), command_status::cancelfail);
}

// To the gateway the id zero means: by addresses.
TEST_F(Application, CancelsNothingUnderTheIdZero) {
  start();
  const auto esme = bind();
  const auto id = submit(*esme, later_message("mine"));
  auto pdu = cancel_to("4791234567");
  pdu.message_id = "8000000000000000";
  EXPECT_EQ(change(*esme, pdu), command_status::invmsgid);
  EXPECT_EQ(state_of(id).state, progress::queued);
}

// More than one round takes: the rest is served in the next ones.
TEST_F(Application, HasAllItsRequestsServedWhateverTheyFind) {
  const auto last = park_more_than_a_page(1);
  start_closed();
  std::string source, destination;
  {
    const auto row = reader_->find_message(last).value();
    source = row.items.front().message.source;
    destination = row.items.front().message.destination;
  }
  const auto esme = bind();
  auto all = cancel_to(destination);
  all.source_addr = source;
  auto one = cancel_of(smppd::to_smpp_id(id(1)));
  one.source_addr = source;
  constexpr std::size_t count = 20;
  for (std::size_t n = 0; n < count; ++n)
    esme->send(all);
  esme->send(one);
  wait([&] { return esme->changes.size() == count + 1; });
  EXPECT_EQ(std::ranges::count(esme->changes, command_status::ok), 1);
  EXPECT_EQ(run_->gateway.queued(), 0U);
  EXPECT_EQ(reader_->count_all().value().parked, 0U);
  EXPECT_EQ(ask(*esme, esme_message("and on")).how, command_status::ok);
}

// The first in memory, the others in the store.
TEST_F(Application, CancelsAllOfManyWhereverTheyAre) {
  settings_.limits.queue_memory_max = 1;
  start_closed();
  const auto esme = bind();
  const auto id = ask(*esme, multi("never", {"4791234567", "4791234568", "4791234569"})).id;
  EXPECT_EQ(cancel(*esme, id), command_status::ok);
  EXPECT_EQ(run_->gateway.queued(), 0U);
  EXPECT_EQ(reader_->count_all().value().parked, 0U);
}

TEST_F(Application, CancelsOneOfManyOrAll) {
  start();
  const auto esme = bind();
  auto pdu = multi("never", {"4791234567", "4791234568", "4791234569"});
  pdu.schedule_delivery_time = in_an_hour;
  const auto id = ask(*esme, pdu).id;
  auto one = cancel_of(id);
  one.destination_addr = "4791234568";
  EXPECT_EQ(change(*esme, one), command_status::ok);
  EXPECT_EQ(run_->gateway.queued(), 2U);
  EXPECT_EQ(change(*esme, one), command_status::cancelfail);
  EXPECT_EQ(cancel(*esme, id), command_status::ok);
  EXPECT_EQ(run_->gateway.queued(), 0U);
}

TEST_F(Application, FindsWhatItCancelledCancelledAfterACrash) {
  start();
  std::string id;
  {
    const auto esme = bind();
    auto soon = esme_message("never");
    soon.schedule_delivery_time = in_a_second;
    id = submit(*esme, soon);
    EXPECT_EQ(cancel(*esme, id), command_status::ok);
  }
  crash();
  start();
  const auto esme = bind();
  auto soon = esme_message("later");
  soon.schedule_delivery_time = in_a_second;
  submit(*esme, soon);
  wait_for_submits(1);
  EXPECT_THAT(telco().texts(), ElementsAre("later"));
  EXPECT_EQ(state_of(id).state, progress::cancelled);
}

// Whatever is in memory, parked, read back or sent at that moment.
TEST_F(Application, HasEachMessageEitherCancelledOrSent) {
  constexpr std::size_t count = 300;
  settings_.limits.queue_memory_max = 20;
  settings_.carriers[0].window = 3;
  settings_.smpp.in_window = 1000;
  start_closed();
  const auto esme = bind();
  for (std::size_t n = 1; n <= count; ++n)
    esme->send(esme_message(number(n)));
  wait([&] { return esme->answers.size() == count; });
  telco().on_bind = command_status::ok;
  std::vector<std::size_t> asked;
  std::size_t next = 0;
  // Questions of one session have a limit of their own.
  wait([&] {
    while (next < count && asked.size() < esme->changes.size() + 50) {
      asked.push_back(next);
      esme->send(cancel_of(esme->answers[next++].id));
    }
    return esme->changes.size() == count;
  });
  wait([&] { return run_->gateway.queued() == 0; });
  const auto texts = telco().texts();
  const std::multiset<std::string> sent(texts.begin(), texts.end());
  std::size_t cancelled = 0;
  for (std::size_t n = 0; n < count; ++n) {
    const auto is = state_of(esme->answers[n].id).state;
    cancelled += is == progress::cancelled ? 1 : 0;
    EXPECT_EQ(sent.count(number(n + 1)), is == progress::cancelled ? 0U : 1U) << n;
  }
  EXPECT_EQ(cancelled,
            static_cast<std::size_t>(std::ranges::count(esme->changes, command_status::ok)));
  EXPECT_EQ(reader_->count_all().value().parked, 0U);
}

// replace_sm.

TEST_F(Application, ReplacesTheTextOfWhatIsScheduled) {
  start();
  const auto esme = bind();
  const auto id = submit(*esme, later_message("old"));
  auto sooner = replace_of(id, "new");
  EXPECT_EQ(change(*esme, sooner), command_status::ok);
  const auto due = reader_->find_scheduled(*smppd::parse_smpp_id(id)).value().at(0).due;
  EXPECT_GT(due - smppd::time_of(*smppd::parse_smpp_id(id)), 59min);
  sooner.schedule_delivery_time = in_a_second;
  EXPECT_EQ(change(*esme, sooner), command_status::ok);
  wait_for_submits(1);
  EXPECT_THAT(telco().texts(), ElementsAre("new"));
  wait_for(id, progress::sent);
  EXPECT_EQ(change(*esme, sooner), command_status::replacefail);
}

TEST_F(Application, ReplacesTheTextOfWhatWaitsAndKeepsItOverACrash) {
  settings_.limits.queue_memory_max = 1;
  start_closed();
  {
    const auto esme = bind();
    const auto in_memory = submit(*esme, esme_message("old 1"));
    const auto parked = submit(*esme, esme_message("old 2"));
    EXPECT_EQ(change(*esme, replace_of(in_memory, "new 1")), command_status::ok);
    EXPECT_EQ(change(*esme, replace_of(parked, "new 2")), command_status::ok);
    EXPECT_EQ(run_->gateway.queued(), 2U);
  }
  crash();
  start();
  wait_for_submits(2);
  EXPECT_THAT(telco().texts(), UnorderedElementsAre("new 1", "new 2"));
  wait([&] { return run_->gateway.queued() == 0; });
}

TEST_F(Application, ReplacesTheTextOfWhatIsInMemory) {
  start_closed();
  const auto esme = bind();
  const auto id = submit(*esme, esme_message("old"));
  EXPECT_EQ(change(*esme, replace_of(id, std::string(200, 'x'))), command_status::ok);
  // While it was in no queue a mark may have passed it: a start finds it here.
  EXPECT_EQ(reader_->find_parked(*smppd::parse_smpp_id(id)).value().size(), 1U);
  open_carrier();
  wait_for_submits(2);
  wait_for(id, progress::sent);
  EXPECT_EQ(telco().submits.size(), 2U);  // parts
}

// Its time has come by the time it is durable.
TEST_F(Application, HasWhatItReplacesForNowSent) {
  start();
  const auto esme = bind();
  for (std::size_t n = 1; n <= 5; ++n) {
    auto now = replace_of(submit(*esme, later_message("old")), number(n));
    now.schedule_delivery_time = smpp::format_absolute_time(
        std::chrono::floor<smpp::deciseconds>(smppd::wall_now()) + smpp::deciseconds{1});
    const auto how = change(*esme, now);
    EXPECT_TRUE(how == command_status::ok || how == command_status::invsched);
    if (how == command_status::ok) wait_for(std::string(now.message_id.view()), progress::sent);
  }
}

TEST_F(Application, IsToldWhatCannotReplace) {
  start();
  const auto esme = bind();
  auto wide = later_message("ab");
  wide.data_coding = 8;
  const auto id = submit(*esme, wide);
  EXPECT_EQ(change(*esme, replace_of(id, "odd")), command_status::invmsglen);
  auto pdu = replace_of(id, "ab");
  pdu.registered_delivery = 3;
  EXPECT_EQ(change(*esme, pdu), command_status::invregdlvflg);
  pdu = replace_of(id, "ab");
  pdu.schedule_delivery_time = "000010000000000R";
  EXPECT_EQ(change(*esme, pdu), command_status::invsched);  // after its end
  pdu.schedule_delivery_time = "000000000000000X";
  EXPECT_EQ(change(*esme, pdu), command_status::invsched);
  EXPECT_EQ(change(*esme, replace_of("", "ab")), command_status::invmsgid);
  EXPECT_EQ(state_of(id).state, progress::queued);
  EXPECT_EQ(cancel(*esme, id), command_status::ok);
}

TEST_F(Application, SubmitsInPlaceOfWhatWaits) {
  start();
  const auto esme = bind();
  const auto old = submit(*esme, later_message("old"));
  const auto other = submit(*esme, later_message("to another", "4791234568"));
  auto pdu = esme_message("new");
  pdu.replace_if_present_flag = 1;
  const auto fresh = submit(*esme, pdu);
  wait_for(fresh, progress::sent);
  EXPECT_EQ(state_of(old).state, progress::cancelled);
  EXPECT_EQ(state_of(other).state, progress::queued);
  EXPECT_THAT(telco().texts(), ElementsAre("new"));
  submit(*esme, pdu);  // nothing waits: a new one
  wait_for_submits(2);
  EXPECT_TRUE(esme->received.empty());
}

// Where memory is full the one that waits is only in the store, and was not there a moment ago.
TEST_F(Application, SubmitsInPlaceOfWhatWasParkedJustNow) {
  settings_.limits.queue_memory_max = 2;
  start_closed();
  const auto esme = bind();
  constexpr std::size_t in_memory = 2, count = 20;
  for (std::size_t n = 1; n <= in_memory; ++n)
    submit(*esme, esme_message("in memory", "4791234560"));
  std::vector<std::string> old;
  for (std::size_t n = 1; n <= count; ++n) {
    const auto to = std::to_string(47912345600 + n);
    old.push_back(submit(*esme, esme_message("old", to)));
    auto pdu = esme_message("new", to);
    pdu.replace_if_present_flag = 1;
    submit(*esme, pdu);
  }
  wait([&] { return run_->gateway.queued() == count + in_memory; });
  open_carrier();
  wait_for_submits(count + in_memory);
  wait([&] { return run_->gateway.queued() == 0; });
  EXPECT_EQ(std::ranges::count(telco().texts(), std::string("old")), 0);
  for (const auto& id : old)
    EXPECT_EQ(state_of(id).state, progress::cancelled) << id;
}

TEST_F(Application, KeepsWhatWaitsWhereTheStoreFailsToTakeAnother) {
  start_closed();
  const auto esme = bind();
  const auto waits = submit(*esme, esme_message("old"));
  const auto scheduled = submit(*esme, later_message("old too"));
  bool told = false;
  // Not the commit that a round begins with but the one that brings the new message.
  run_->store.change(
      [](store::writer& to) {
        auto& writer = dynamic_cast<faulty_writer&>(to);
        writer.fail_after(writer.commits() + 2);
        return true;
      },
      [&](bool) { told = true; });
  wait([&] { return told; });
  auto pdu = esme_message("new");
  pdu.replace_if_present_flag = 1;
  EXPECT_EQ(ask(*esme, pdu).how, command_status::syserr);
  wait([&] { return run_->store.healthy(); });
  EXPECT_EQ(run_->gateway.queued(), 2U);
  EXPECT_EQ(state_of(waits).state, progress::queued);
  EXPECT_EQ(state_of(scheduled).state, progress::queued);
  open_carrier();
  wait_for(waits, progress::sent);
  EXPECT_THAT(telco().texts(), ElementsAre("old"));
  EXPECT_EQ(cancel(*esme, scheduled), command_status::ok);
}

// As their software wants it.

TEST_F(Application, HasItsOwnIdsAndReceipts) {
  change_login([](store::writer&, store::login& login) {
    login.id_form = store::message_id_form::decimal;
    login.receipt_format = "{stat}/{err}/{id}";
    login.receipt_errors = "042=7";
  });
  start();
  const auto esme = bind();
  const auto id = submit(*esme, esme_message("Hello"));
  EXPECT_EQ(id.find_first_not_of("0123456789"), std::string::npos) << id;
  wait_for_submits(1);
  auto failed = scripted_carrier::receipt("id-1", "UNDELIV");
  failed.short_message = "id:id-1 stat:UNDELIV err:042";
  telco().deliver(failed);
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].short_message, "UNDELIV/7/" + id);
  EXPECT_EQ(esme->received[0].tlvs.find_text(tag::receipted_message_id), id);
  EXPECT_EQ(query(*esme, id).message_id, id);
  EXPECT_EQ(query(*esme, id).message_state, 5);
  const auto scheduled = submit(*esme, later_message("never"));
  EXPECT_EQ(cancel(*esme, scheduled), command_status::ok);
}

}  // namespace
}  // namespace tests
