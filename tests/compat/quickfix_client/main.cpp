// QuickFIX's initiator, driven by lines: what test_quickfix.py talks to. C++14, since QuickFIX's
// headers use dynamic exception specifications.
//
// usage: quickfix_client CONFIG USER PASSWORD [LOGON_FIELD=VALUE...]
//
// Standard input:  send TAG=VALUE|...   an application message, 35 first
//                  connect              logs on
//                  logout               logs out and stays so
//                  sender N, target N   the numbers that are next
//                  quit
// Standard output: up, down             logged on, logged out or disconnected
//                  app TAG=VALUE|...    an application message that QuickFIX found valid
//                  admin TAG=VALUE|...  an administrative one
//                  event TEXT           what QuickFIX says, such as a message that it refused

#include <iostream>
#include <mutex>
#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Log.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketInitiator.h>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::mutex output;

void tell(const std::string& kind, std::string text = {}) {
  for (char& c : text) c = c == '\001' ? '|' : c == '\n' ? ' ' : c;
  const std::lock_guard<std::mutex> lock{output};
  std::cout << kind << (text.empty() ? "" : " ") << text << std::endl;
}

std::vector<std::pair<int, std::string>> fields_of(const std::string& text) {
  std::vector<std::pair<int, std::string>> fields;
  std::istringstream parts{text};
  for (std::string part; std::getline(parts, part, '|');) {
    const auto equals = part.find('=');
    if (equals == std::string::npos) continue;
    fields.emplace_back(std::stoi(part.substr(0, equals)), part.substr(equals + 1));
  }
  return fields;
}

class Client : public FIX::NullApplication {
 public:
  Client(std::string user, std::string password, std::string more)
      : user_(std::move(user)), password_(std::move(password)), more_(std::move(more)) {}

  void onCreate(const FIX::SessionID& id) override { session = id; }
  void onLogon(const FIX::SessionID&) override { tell("up"); }
  void onLogout(const FIX::SessionID&) override { tell("down"); }
  void toAdmin(FIX::Message& message, const FIX::SessionID&) override {
    if (message.getHeader().getField(FIX::FIELD::MsgType) != "A") return;
    message.setField(FIX::FIELD::Username, user_);
    message.setField(FIX::FIELD::Password, password_);
    for (const auto& field : fields_of(more_)) message.setField(field.first, field.second);
  }
  void fromAdmin(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::RejectLogon) override {
    tell("admin", message.toString());
  }
  void fromApp(const FIX::Message& message,
               const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                            FIX::IncorrectTagValue,
                                            FIX::UnsupportedMessageType) override {
    tell("app", message.toString());
  }

  FIX::SessionID session;

 private:
  std::string user_, password_, more_;
};

class Log : public FIX::Log {
 public:
  void clear() override {}
  void backup() override {}
  void onIncoming(const std::string&) override {}
  void onOutgoing(const std::string&) override {}
  void onEvent(const std::string& text) override { tell("event", text); }
};

class LogFactory : public FIX::LogFactory {
 public:
  FIX::Log* create() override { return &log_; }
  FIX::Log* create(const FIX::SessionID&) override { return &log_; }
  void destroy(FIX::Log*) override {}

 private:
  Log log_;
};

void send(const std::string& text, const FIX::SessionID& session) {
  FIX::Message message;
  for (const auto& field : fields_of(text)) {
    if (field.first == FIX::FIELD::MsgType) {
      message.getHeader().setField(field.first, field.second);
    } else {
      message.setField(field.first, field.second);
    }
  }
  FIX::Session::sendToTarget(message, session);
}

bool obey(const std::string& line, const Client& client) {
  std::istringstream words{line};
  std::string verb, rest;
  words >> verb >> std::ws;
  std::getline(words, rest);
  FIX::Session* const session = FIX::Session::lookupSession(client.session);
  if (verb == "send") send(rest, client.session);
  if (verb == "say") tell("said", rest);  // that everything before was obeyed
  if (verb == "connect") session->logon();
  if (verb == "logout") session->logout("done");
  if (verb == "sender") session->setNextSenderMsgSeqNum(std::stoi(rest));
  if (verb == "target") session->setNextTargetMsgSeqNum(std::stoi(rest));
  return verb != "quit";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: quickfix_client CONFIG USER PASSWORD [LOGON_FIELD=VALUE...]\n";
    return 2;
  }
  std::string more;
  for (int i = 4; i < argc; ++i) more += std::string{argv[i]} + "|";
  try {
    FIX::SessionSettings settings{argv[1]};
    Client client{argv[2], argv[3], more};
    FIX::FileStoreFactory store{settings};
    LogFactory log;
    FIX::SocketInitiator initiator{client, store, settings, log};
    initiator.start();
    for (std::string line; std::getline(std::cin, line) && obey(line, client);) {
    }
    initiator.stop(true);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
