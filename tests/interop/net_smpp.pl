# Net::SMPP as an ESME of smppd: perl net_smpp.pl PORT SYSTEM_ID PASSWORD
use strict;
use warnings;
use Net::SMPP;

my ($port, $system_id, $password) = @ARGV;
$SIG{ALRM} = sub { die "waited too long\n" };
alarm 30;

my ($smpp, $bound) = Net::SMPP->new_transceiver('127.0.0.1', port => $port,
  smpp_version => 0x34, interface_version => 0x34,
  system_id => $system_id, password => $password) or die "no connection: $!\n";
die 'bind: ' . $bound->explain_status() . "\n" if $bound->status != 0;

my $seq = $smpp->submit_sm(source_addr_ton => 5, source_addr_npi => 0, source_addr => 'perl',
  dest_addr_ton => 1, dest_addr_npi => 1, destination_addr => '4791234567',
  registered_delivery => 1, short_message => 'Hello from Net::SMPP',
  async => 1) or die "submit_sm was not sent\n";

# The response and the receipt may come in any order.
my ($message_id, $receipt);
until (defined $message_id && defined $receipt) {
  my $pdu = $smpp->read_pdu() or die "the connection ended\n";
  if ($pdu->cmd == Net::SMPP::CMD_submit_sm_resp) {
    die 'submit_sm: ' . $pdu->explain_status() . "\n" if $pdu->status != 0;
    die "a response to something else\n" if $pdu->seq != $seq;
    $message_id = $pdu->{message_id};
  } elsif ($pdu->cmd == Net::SMPP::CMD_deliver_sm) {
    $smpp->deliver_sm_resp(seq => $pdu->seq, message_id => '');
    $receipt = $pdu->{short_message};
  } else {
    die 'unexpected PDU ' . $pdu->cmd . "\n";
  }
}
die "the receipt is '$receipt'\n" unless $receipt =~ /^id:\Q$message_id\E .*stat:DELIVRD/;

my $alive = $smpp->enquire_link();
die "enquire_link was not answered\n" unless $alive && $alive->status == 0;
my $end = $smpp->unbind();
die "unbind was not answered\n" unless $end && $end->status == 0;
print "done\n";
