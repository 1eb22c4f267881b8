# Net::SMPP as the carrier of smppd: perl net_smpp_carrier.pl SYSTEM_ID PASSWORD
# Prints where it listens, then each submit_sm as a line; sends a receipt for it, in the text alone,
# before the response. Ends when smppd unbinds.
use strict;
use warnings;
use Net::SMPP;

my ($system_id, $password) = @ARGV;
$SIG{ALRM} = sub { die "waited too long\n" };
alarm 60;
$| = 1;

my %version = (smpp_version => 0x34, interface_version => 0x34);
my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0, %version) or die "no listener: $!\n";
print 'listening on 127.0.0.1:', $listener->sockport(), "\n";
my $smpp = $listener->accept() or die "nobody came: $!\n";
my $messages = 0;

sub send_receipt {
  my ($id, $of) = @_;
  $smpp->deliver_sm(source_addr_ton => 1, source_addr_npi => 1,
    source_addr => $of->{destination_addr}, dest_addr_ton => 5, destination_addr => $of->{source_addr}, esm_class => 4,
    short_message => "id:$id sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 "
      . 'stat:DELIVRD err:000 text:', async => 1);
}

sub on_submit_sm {
  my ($pdu) = @_;
  my $id = sprintf 'perl-%u', ++$messages;
  print "source=$pdu->{source_addr} destination=$pdu->{destination_addr} "
    . "data_coding=$pdu->{data_coding} esm_class=$pdu->{esm_class} "
    . 'hex=' . unpack('H*', $pdu->{short_message}) . "\n";
  send_receipt($id, $pdu) if ($pdu->{registered_delivery} & 3) == 1;
  $smpp->submit_sm_resp(seq => $pdu->seq, message_id => $id);
}

while (my $pdu = $smpp->read_pdu()) {
  my $command = $pdu->cmd;
  if ($command == Net::SMPP::CMD_bind_transceiver) {
    my $known = $pdu->{system_id} eq $system_id && $pdu->{password} eq $password;
    $smpp->bind_transceiver_resp(seq => $pdu->seq, system_id => 'perl',
      status => $known ? 0 : 0x0E);
  } elsif ($command == Net::SMPP::CMD_submit_sm) {
    on_submit_sm($pdu);
  } elsif ($command == Net::SMPP::CMD_enquire_link) {
    $smpp->enquire_link_resp(seq => $pdu->seq);
    print "enquire_link\n";
  } elsif ($command == Net::SMPP::CMD_deliver_sm_resp) {
    die 'deliver_sm: ' . $pdu->explain_status() . "\n" if $pdu->status != 0;
    print "receipt taken\n";
  } elsif ($command == Net::SMPP::CMD_unbind) {
    $smpp->unbind_resp(seq => $pdu->seq);
    print "unbind\n";
    exit;
  } else {
    die "unexpected PDU $command\n";
  }
}
die "the connection ended\n";
